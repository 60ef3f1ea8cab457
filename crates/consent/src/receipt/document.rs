//! The JSON-LD of a receipt: field names of the Data Privacy Vocabulary, and a few of our own under `mk:` for what a
//! program must know exactly.

use channel::VerifyingIdentity;
use jiff::Timestamp;
use readings::Lane;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Expression, Given, key_name};
use crate::agreement::Agreement;
use crate::id::{ConsentId, DeviceId, RequestHash};
use crate::lanes::Lanes;
use crate::request::{ConsentRequest, SignedRequest};
use crate::text::Language;
use crate::words;

const PROFILE: &str = "https://w3id.org/dpv/schema/dpv-27560#receipt-eu-gdpr";
const RECORD_PROFILE: &str = "https://w3id.org/dpv/schema/dpv-27560#record-eu-gdpr";

/// What a receipt says. Reading one ignores fields that are not known; what was signed is kept as it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    #[serde(rename = "@context")]
    context: Value,
    #[serde(rename = "@id")]
    id: String,
    #[serde(rename = "@type")]
    kind: String,
    #[serde(rename = "dct:conformsTo")]
    conforms_to: String,
    #[serde(rename = "dct:identifier")]
    identifier: String,
    #[serde(rename = "dct:created")]
    created: String,
    #[serde(rename = "dct:publisher")]
    publisher: String,
    #[serde(rename = "schema:recipient")]
    recipient: String,
    #[serde(rename = "dpv:hasRecordOfActivity")]
    record: Record,
}

impl Eq for Receipt {}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Record {
    #[serde(rename = "@id")]
    id: String,
    #[serde(rename = "@type")]
    kind: String,
    #[serde(rename = "dct:conformsTo")]
    conforms_to: String,
    #[serde(rename = "dct:identifier")]
    consent: ConsentId,
    #[serde(rename = "dpv:hasDataSubject")]
    subject: Value,
    #[serde(rename = "dpv:hasDataController")]
    controller: Value,
    #[serde(rename = "dpv:hasAuthority")]
    authority: Value,
    #[serde(rename = "dpv:hasJurisdiction")]
    jurisdiction: String,
    #[serde(rename = "dpv:hasApplicableLaw")]
    law: String,
    #[serde(rename = "dpv:hasLegalBasis")]
    basis: String,
    #[serde(rename = "dpv:hasRight")]
    rights: Vec<String>,
    #[serde(rename = "dpv:hasNotice")]
    notice: Notice,
    #[serde(rename = "dpv:hasProcess")]
    process: Process,
    #[serde(rename = "dpv:hasConsentStatus")]
    status: Status,
    #[serde(rename = "dpv:hasWithdrawalMethod")]
    withdrawal: Value,
}

/// The request: the text that was shown, by its hash.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Notice {
    #[serde(rename = "@type")]
    kind: String,
    #[serde(rename = "mk:request")]
    request: RequestHash,
    #[serde(rename = "dct:language")]
    language: Language,
    #[serde(rename = "dct:source")]
    privacy_notice: Value,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Process {
    #[serde(rename = "@type")]
    kind: String,
    #[serde(rename = "dpv:hasPurpose")]
    purpose: Value,
    #[serde(rename = "dpv:hasPersonalData")]
    data: Vec<PersonalData>,
    #[serde(rename = "dpv:hasDataSource")]
    source: DataSource,
    #[serde(rename = "dpv:hasDuration")]
    duration: Duration,
    #[serde(rename = "dpv:hasStorageCondition")]
    storage: Value,
    #[serde(rename = "dpv:hasRecipient")]
    recipients: Vec<Value>,
    #[serde(rename = "dpv:hasDataTransferTo")]
    transfers: Vec<String>,
    #[serde(
        rename = "dpv:hasAutomatedDecision",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    automated_decisions: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct PersonalData {
    #[serde(rename = "@type")]
    kind: String,
    #[serde(rename = "mk:lane")]
    lane: Lane,
    #[serde(rename = "dct:description")]
    description: String,
    #[serde(rename = "dpv:hasNecessity")]
    necessity: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct DataSource {
    #[serde(rename = "@type")]
    kind: String,
    #[serde(rename = "mk:device")]
    device: DeviceId,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Duration {
    #[serde(rename = "@type")]
    kind: String,
    #[serde(rename = "dct:valid")]
    valid: String,
    #[serde(rename = "mk:from")]
    from: u64,
    #[serde(rename = "mk:until")]
    until: u64,
    #[serde(
        rename = "mk:historyDays",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    history_days: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Status {
    #[serde(rename = "@type")]
    kind: String,
    #[serde(rename = "dpv:isIndicatedBy")]
    by: String,
    #[serde(rename = "dpv:isIndicatedAtTime")]
    time: String,
    #[serde(rename = "dpv:hasIndicationMethod")]
    method: Expression,
    #[serde(rename = "mk:at")]
    at: u64,
}

impl Receipt {
    /// The receipt of an agreement.
    pub(super) fn of(
        request: &SignedRequest,
        consent: ConsentId,
        agreement: &Agreement,
        given: Given,
        key: &VerifyingIdentity,
    ) -> Self {
        let signer = key_name(key);
        Self {
            context: context(),
            id: format!("urn:meterkast:receipt:{consent}"),
            kind: "dpv:ConsentReceipt".into(),
            conforms_to: PROFILE.into(),
            identifier: format!("receipt-{consent}"),
            created: date(given.at),
            recipient: request.request().provider.site.clone(),
            record: record(request, consent, agreement, given, &signer),
            publisher: signer,
        }
    }

    /// Which consent.
    #[must_use]
    pub fn consent(&self) -> ConsentId {
        self.record.consent
    }

    /// The request that was shown.
    #[must_use]
    pub fn request(&self) -> RequestHash {
        self.record.notice.request
    }

    /// The language it was shown in.
    #[must_use]
    pub fn language(&self) -> Language {
        self.record.notice.language
    }

    /// The device whose data it is about: the provider checks the grant's signer against it.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.record.process.source.device
    }

    /// When the person said yes, in unix seconds.
    #[must_use]
    pub fn given_at(&self) -> u64 {
        self.record.status.at
    }

    /// What was agreed.
    #[must_use]
    pub fn agreement(&self) -> Agreement {
        let duration = &self.record.process.duration;
        Agreement {
            lanes: self.lanes(),
            from: duration.from,
            until: duration.until,
            history_days: duration.history_days,
        }
    }

    /// The lanes that are shared.
    #[must_use]
    pub fn lanes(&self) -> Lanes {
        self.record
            .process
            .data
            .iter()
            .map(|data| data.lane)
            .collect()
    }

    pub(super) fn signer(&self) -> &str {
        &self.publisher
    }
}

fn context() -> Value {
    json!({
        "dct": "http://purl.org/dc/terms/",
        "schema": "https://schema.org/",
        "dpv": "https://w3id.org/dpv#",
        "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
        "loc": "https://w3id.org/dpv/loc#",
        "mk": "urn:meterkast:term:",
    })
}

fn record(
    signed: &SignedRequest,
    consent: ConsentId,
    agreement: &Agreement,
    given: Given,
    signer: &str,
) -> Record {
    let request = signed.request();
    let language = given.language;
    Record {
        id: format!("urn:meterkast:consent:{consent}"),
        kind: "dpv:ConsentRecord".into(),
        conforms_to: RECORD_PROFILE.into(),
        consent,
        subject: json!({ "@id": signer, "@type": "dpv:Consumer" }),
        controller: controller(signed),
        authority: json!({
            "@type": "dpv:DataProtectionAuthority",
            "schema:name": request.provider.complaint_authority.name.text(language),
            "schema:url": request.provider.complaint_authority.url,
        }),
        jurisdiction: format!("loc:{}", request.provider.country),
        law: "eu-gdpr:GDPR".into(),
        basis: "eu-gdpr:A6-1-a".into(),
        rights: ["A7-3", "A13", "A15", "A16", "A17", "A18", "A20", "A77"]
            .map(|right| format!("eu-gdpr:{right}"))
            .into(),
        notice: Notice {
            kind: "dpv:ConsentNotice".into(),
            request: signed.hash(),
            language,
            privacy_notice: json!({
                "schema:url": request.provider.privacy_notice.url,
                "mk:sha256": request.provider.privacy_notice.sha256,
            }),
        },
        process: process(request, agreement, given),
        status: Status {
            kind: "dpv:ConsentGiven".into(),
            by: signer.into(),
            time: date(given.at),
            method: given.by,
            at: given.at,
        },
        withdrawal: json!({ "@type": "dpv:WithdrawingFromProcess", "dct:description": words::before_deciding(language) }),
    }
}

fn controller(signed: &SignedRequest) -> Value {
    let provider = &signed.request().provider;
    json!({
        "@id": provider.site,
        "@type": "dpv:DataController",
        "schema:name": provider.name,
        "schema:url": provider.site,
        "dpv:hasContact": provider.contact,
        "dpv:hasCountry": format!("loc:{}", provider.country),
        "mk:key": key_name(signed.provider_key()),
    })
}

fn process(request: &ConsentRequest, agreement: &Agreement, given: Given) -> Process {
    let language = given.language;
    Process {
        kind: "dpv:Process".into(),
        purpose: json!({
            "@type": request.purpose.category,
            "dct:description": request.purpose.text.text(language),
        }),
        data: agreement.lanes.iter().map(|lane| personal_data(request, lane, language)).collect(),
        source: DataSource { kind: "mk:Device".into(), device: given.device },
        duration: Duration {
            kind: "dpv:UntilTimeDuration".into(),
            valid: format!("{}/{}", date(agreement.from), date(agreement.until)),
            from: agreement.from,
            until: agreement.until,
            history_days: agreement.history_days,
        },
        storage: json!({
            "@type": "dpv:StorageDuration",
            "dpv:hasDuration": format!("P{}D", request.handling.retention_days),
            "dct:description": words::retention(request.handling.retention_days, language),
        }),
        recipients: request
            .handling
            .recipients
            .iter()
            .map(|recipient| json!({ "schema:name": recipient.name, "dct:description": recipient.why.text(language) }))
            .collect(),
        transfers: request.handling.transfers.iter().map(|country| format!("loc:{country}")).collect(),
        automated_decisions: request.handling.automated_decisions.as_ref().map(|text| text.text(language).into()),
    }
}

fn personal_data(request: &ConsentRequest, lane: Lane, language: Language) -> PersonalData {
    let needed = request
        .lanes
        .iter()
        .any(|wish| wish.needed && wish.ways().any(|way| way == lane));
    PersonalData {
        kind: "dpv:PersonalData".into(),
        lane,
        description: words::lane(lane, language),
        necessity: if needed {
            "dpv:Required"
        } else {
            "dpv:Optional"
        }
        .into(),
    }
}

/// Unix seconds as RFC 3339 in UTC. Times past the calendar's end, which no checked request has, stay numbers.
fn date(unix: u64) -> String {
    i64::try_from(unix)
        .ok()
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .map_or_else(|| unix.to_string(), |timestamp| timestamp.to_string())
}
