//! `--meter`: where telegrams come from, as a person writes it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Where telegrams come from.
#[derive(Clone, Debug, PartialEq)]
pub enum MeterAddress {
    /// Whatever serial device is plugged in.
    Auto,
    /// One serial device.
    Serial(PathBuf),
    /// A P1 port on the network, `host:port`.
    Tcp(String),
    /// A P1 reader on the network that gives its last telegram over HTTP, `http://host[:port]/path`.
    Http(String),
    /// An MQTT topic on which raw telegrams are published.
    Mqtt(MqttTopic),
    /// Recorded telegrams in their own rhythm.
    Replay {
        /// The recording.
        file: PathBuf,
        /// How many times faster than recorded.
        speed: f64,
    },
    /// A simulated household.
    Simulated {
        /// The same seed is the same household.
        seed: u64,
    },
}

/// A topic of an MQTT broker: `mqtt://[USER@]HOST[:PORT]/TOPIC`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MqttTopic {
    /// The broker.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Who the broker takes this for.
    pub user: Option<String>,
    /// The topic, without wildcards.
    pub topic: String,
}

/// The port of MQTT without TLS (IANA).
const MQTT_PORT: u16 = 1883;

/// Why a `--meter` cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the sentences say it")]
pub enum MeterAddressError {
    #[error("--meter tcp://{0} needs a host and a port, as in tcp://192.168.1.20:8088")]
    Tcp(String),
    #[error(
        "--meter http://{0} needs the address of the last telegram, as in http://192.168.1.20/api/v1/telegram"
    )]
    Http(String),
    #[error(
        "--meter https:// is not possible: P1 readers are asked without TLS only, on a network that you trust"
    )]
    Https,
    #[error(
        "--meter mqtt://{0} needs a broker and one topic, as in mqtt://192.168.1.5/home/meter/raw or mqtt://user@host:1883/p1"
    )]
    Mqtt(String),
    #[error(
        "--meter mqtt:// takes no password, because every user of this computer sees it in the list of processes. Write it into a file that only you can read, and name that with --mqtt-password-file"
    )]
    MqttPassword,
    #[error(
        "--meter mqtts:// is not possible: brokers are reached without TLS only, on a network that you trust"
    )]
    Mqtts,
    #[error("--meter replay: needs a file, as in replay:telegrams.txt or replay:telegrams.txt@10")]
    NoFile,
    #[error("the speed {0:?} in --meter is not a number above 0, as in replay:telegrams.txt@10")]
    Speed(String),
    #[error("the seed {0:?} in --meter is not a whole number, as in simulated:7")]
    Seed(String),
    #[error(
        "--meter {0:?} is neither a serial device (/dev/ttyUSB0), auto, tcp://host:port, http://host/path, mqtt://host/topic, replay:FILE nor simulated"
    )]
    Unknown(String),
}

impl FromStr for MeterAddress {
    type Err = MeterAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "auto" {
            return Ok(Self::Auto);
        }
        if let Some(address) = text.strip_prefix("tcp://") {
            return tcp(address);
        }
        if let Some(address) = text.strip_prefix("http://") {
            return http(address);
        }
        if text.starts_with("https://") {
            return Err(MeterAddressError::Https);
        }
        if let Some(topic) = text.strip_prefix("mqtt://") {
            return mqtt(topic).map(Self::Mqtt);
        }
        if text.starts_with("mqtts://") {
            return Err(MeterAddressError::Mqtts);
        }
        if let Some(recording) = text.strip_prefix("replay:") {
            return replay(recording);
        }
        if text == "simulated" {
            return Ok(Self::Simulated { seed: 1 });
        }
        if let Some(seed) = text.strip_prefix("simulated:") {
            return seed
                .parse()
                .map(|seed| Self::Simulated { seed })
                .map_err(|_| MeterAddressError::Seed(seed.to_owned()));
        }
        if text.starts_with('/') || text.starts_with("./") {
            return Ok(Self::Serial(text.into()));
        }
        Err(MeterAddressError::Unknown(text.to_owned()))
    }
}

fn tcp(address: &str) -> Result<MeterAddress, MeterAddressError> {
    match address.rsplit_once(':') {
        Some((host, port))
            if !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0) =>
        {
            Ok(MeterAddress::Tcp(address.to_owned()))
        }
        _ => Err(MeterAddressError::Tcp(address.to_owned())),
    }
}

/// Whose address it is that a person typed; what the URL does not have is not guessed.
fn http(address: &str) -> Result<MeterAddress, MeterAddressError> {
    let url = format!("http://{address}");
    match reqwest::Url::parse(&url) {
        Ok(parsed)
            if parsed.has_host()
                && parsed.username().is_empty()
                && parsed.password().is_none()
                && parsed.path() != "/" =>
        {
            Ok(MeterAddress::Http(url))
        }
        _ => Err(MeterAddressError::Http(address.to_owned())),
    }
}

fn mqtt(text: &str) -> Result<MqttTopic, MeterAddressError> {
    let wrong = || MeterAddressError::Mqtt(text.to_owned());
    let (server, topic) = text.split_once('/').ok_or_else(wrong)?;
    let (user, server) = match server.rsplit_once('@') {
        Some((user, _)) if user.contains(':') => return Err(MeterAddressError::MqttPassword),
        Some((user, server)) => (Some(user.to_owned()), server),
        None => (None, server),
    };
    let (host, port) = match server.rsplit_once(':') {
        // The colons of an IPv6 address are within brackets.
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().map_err(|_| wrong())?),
        _ => (server, MQTT_PORT),
    };
    if host.is_empty() || port == 0 || topic.is_empty() || topic.contains(['+', '#', '\0']) {
        return Err(wrong());
    }
    Ok(MqttTopic {
        host: host.to_owned(),
        port,
        user,
        topic: topic.to_owned(),
    })
}

impl fmt::Display for MqttTopic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("mqtt://")?;
        if let Some(user) = &self.user {
            write!(f, "{user}@")?;
        }
        f.write_str(&self.host)?;
        if self.port != MQTT_PORT {
            write!(f, ":{}", self.port)?;
        }
        write!(f, "/{}", self.topic)
    }
}

fn replay(recording: &str) -> Result<MeterAddress, MeterAddressError> {
    let (file, speed) = match recording.rsplit_once('@') {
        Some((file, speed)) => (file, speed),
        None => (recording, "1"),
    };
    if file.is_empty() {
        return Err(MeterAddressError::NoFile);
    }
    match speed.parse::<f64>() {
        Ok(times) if times.is_finite() && times > 0.0 => Ok(MeterAddress::Replay {
            file: file.into(),
            speed: times,
        }),
        _ => Err(MeterAddressError::Speed(speed.to_owned())),
    }
}

impl fmt::Display for MeterAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Serial(path) => write!(f, "{}", path.display()),
            Self::Tcp(address) => write!(f, "tcp://{address}"),
            Self::Http(url) => f.write_str(url),
            Self::Mqtt(topic) => topic.fmt(f),
            Self::Replay { file, speed } if (*speed - 1.0).abs() < f64::EPSILON => {
                write!(f, "replay:{}", file.display())
            }
            Self::Replay { file, speed } => write!(f, "replay:{}@{speed}", file.display()),
            Self::Simulated { seed } => write!(f, "simulated:{seed}"),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_understood_is_printed_as_something_that_means_the_same(
            text in "(tcp://|http://|mqtt://|replay:|simulated:|/dev/)?[ -~]{0,40}",
        ) {
            if let Ok(address) = text.parse::<MeterAddress>() {
                prop_assert_eq!(address.to_string().parse::<MeterAddress>(), Ok(address));
            }
        }
    }

    #[test]
    fn every_kind_of_address_is_understood_and_printed_back() {
        for text in [
            "auto",
            "/dev/ttyUSB0",
            "tcp://192.168.1.20:8088",
            "tcp://[::1]:2001",
            "http://192.168.1.20/api/v1/telegram",
            "http://[::1]:8080/p1",
            "mqtt://192.168.1.5/home/meter/raw",
            "mqtt://reader@[::1]:1884/p1",
            "replay:/tmp/a.txt",
            "replay:a@b.txt@10",
            "simulated:7",
        ] {
            let address: MeterAddress = text.parse().unwrap();
            assert_eq!(address.to_string(), text);
        }
    }

    #[test]
    fn a_wrong_address_says_what_is_wrong_with_it() {
        for (text, error) in [
            ("tcp://nohost", MeterAddressError::Tcp("nohost".into())),
            (
                "tcp://host:99999",
                MeterAddressError::Tcp("host:99999".into()),
            ),
            ("http://host", MeterAddressError::Http("host".into())),
            ("http:///p1", MeterAddressError::Http("/p1".into())),
            (
                "http://me:secret@host/p1",
                MeterAddressError::Http("me:secret@host/p1".into()),
            ),
            ("https://host/p1", MeterAddressError::Https),
            ("mqtt://host", MeterAddressError::Mqtt("host".into())),
            ("mqtt://host/#", MeterAddressError::Mqtt("host/#".into())),
            ("mqtt://h:x/p1", MeterAddressError::Mqtt("h:x/p1".into())),
            ("mqtt://me:secret@host/p1", MeterAddressError::MqttPassword),
            ("mqtts://host/p1", MeterAddressError::Mqtts),
            ("replay:", MeterAddressError::NoFile),
            ("replay:a.txt@fast", MeterAddressError::Speed("fast".into())),
            ("replay:a.txt@0", MeterAddressError::Speed("0".into())),
            ("simulated:x", MeterAddressError::Seed("x".into())),
            ("ttyUSB0", MeterAddressError::Unknown("ttyUSB0".into())),
        ] {
            assert_eq!(text.parse::<MeterAddress>(), Err(error));
        }
    }
}
