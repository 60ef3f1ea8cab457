//! An MQTT topic (version 3.1.1) on which something publishes the meter's raw telegrams.

use std::time::Duration;

use rumqttc::{
    AsyncClient, ConnectReturnCode, ConnectionError, Event, EventLoop, Incoming, MqttOptions, QoS,
    SubscribeReasonCode,
};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::address::MqttTopic;
use super::{Heard, Line, Means, MeterEvent, MeterState, SILENCE, Trouble, Unheard, pause, tell};
use data_dir::random;

/// Seconds for a connection: a broker that is back is met soon.
const CONNECT: u64 = 3;
/// A broker that says nothing for so long is asked, and given up when it does not answer.
const KEEP_ALIVE: Duration = Duration::from_secs(5);
/// No telegram is longer.
const LARGEST: usize = 64 * 1024;
/// Requests that may wait: there is only the one to subscribe.
const REQUESTS: usize = 4;

/// Reads the telegrams on a topic, and connects again when the broker goes away.
pub(super) async fn read(
    topic: &MqttTopic,
    means: &Means,
    events: &mpsc::Sender<MeterEvent>,
) -> Heard {
    let mut last_said = None;
    loop {
        let mut subscription = Subscription::new(topic, means);
        let why = subscription.follow(events).await?;
        if subscription.spoke {
            last_said = None;
        }
        if last_said.as_ref() != Some(&why) {
            let trouble = Trouble::Broker {
                address: topic.to_string(),
                why: why.clone(),
            };
            tell(events, MeterEvent::State(MeterState::Away(trouble))).await?;
            last_said = Some(why);
        }
        pause(events).await?;
    }
}

/// One connection to the broker.
struct Subscription<'a> {
    topic: &'a MqttTopic,
    client: AsyncClient,
    connection: EventLoop,
    line: Line,
    spoke: bool,
}

impl<'a> Subscription<'a> {
    fn new(topic: &'a MqttTopic, means: &Means) -> Self {
        let mut options = MqttOptions::new(client_id(), &topic.host, topic.port);
        options.set_keep_alive(KEEP_ALIVE);
        options.set_max_packet_size(LARGEST, LARGEST);
        if let Some(user) = &topic.user {
            let password = means.mqtt_password.as_deref();
            options.set_credentials(user, password.map_or("", String::as_str));
        }
        let (client, mut connection) = AsyncClient::new(options, REQUESTS);
        connection.network_options.set_connection_timeout(CONNECT);
        Self {
            topic,
            client,
            connection,
            line: means.line(),
            spoke: false,
        }
    }

    /// Reads until the connection ends, and says why it did.
    async fn follow(&mut self, events: &mpsc::Sender<MeterEvent>) -> Result<String, Unheard> {
        let mut deadline = Instant::now() + SILENCE;
        loop {
            let came = tokio::select! {
                came = self.connection.poll() => came,
                () = tokio::time::sleep_until(deadline) => {
                    return Ok("it answers, but no telegram comes".to_owned());
                }
                () = events.closed() => return Err(Unheard),
            };
            match came {
                Ok(Event::Incoming(Incoming::ConnAck(_))) => {
                    let asked = self
                        .client
                        .try_subscribe(&self.topic.topic, QoS::AtMostOnce);
                    if let Err(error) = asked {
                        return Ok(error.to_string());
                    }
                }
                Ok(Event::Incoming(Incoming::SubAck(answer))) => {
                    if answer.return_codes.contains(&SubscribeReasonCode::Failure) {
                        return Ok("the broker does not let this user read the topic".to_owned());
                    }
                    let listening = MeterState::Listening(self.topic.to_string());
                    tell(events, MeterEvent::State(listening)).await?;
                }
                // What the broker kept from earlier was measured at a time that nobody knows.
                Ok(Event::Incoming(Incoming::Publish(message))) if !message.retain => {
                    if self.hear(&message.payload, events).await? {
                        deadline = Instant::now() + SILENCE;
                    }
                }
                Ok(_) => {}
                Err(error) => return Ok(in_words(&error)),
            }
        }
    }

    /// True if telegrams came.
    async fn hear(
        &mut self,
        payload: &[u8],
        events: &mpsc::Sender<MeterEvent>,
    ) -> Result<bool, Unheard> {
        let heard = self.line.push_message(payload);
        let telegrams = self.line.was_understood();
        if telegrams && !self.spoke {
            self.spoke = true;
            let connected = MeterState::Connected(self.topic.to_string());
            tell(events, MeterEvent::State(connected)).await?;
        }
        for event in heard {
            tell(events, event).await?;
        }
        Ok(telegrams)
    }
}

/// Two clients of one name push each other out of the broker.
fn client_id() -> String {
    let number = u64::from_le_bytes(*random::bytes::<8>());
    format!("meterkast-{number:016x}")
}

fn in_words(error: &ConnectionError) -> String {
    match error {
        ConnectionError::ConnectionRefused(
            ConnectReturnCode::BadUserNamePassword | ConnectReturnCode::NotAuthorized,
        ) => "the broker refuses this user and password; the password belongs in the file of --mqtt-password-file".to_owned(),
        ConnectionError::NetworkTimeout => "no answer within three seconds".to_owned(),
        ConnectionError::Io(error) => error.to_string(),
        other => other.to_string(),
    }
}
