//! Intervals as Green Button: an Atom feed of ESPI resources (NAESB REQ.21, namespace `http://naesb.org/espi`).
//!
//! Each service that was measured is a usage point; each of its flows a meter reading with its reading type and one
//! interval block. Electricity is in watt hours, gas and water in thousandths of a cubic metre, heat in kilojoules: a
//! power of ten beside a unit of the standard. What was not measured has no interval reading. An interval of which only
//! a part was seen has quality 8 (estimated), any other 0 (valid).

use std::io;

use jiff::Timestamp;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::{Interval, Usage};

const ATOM: &str = "http://www.w3.org/2005/Atom";
const ESPI: &str = "http://naesb.org/espi";

/// What goes around the intervals.
#[derive(Clone, Copy, Debug)]
pub struct Feed<'a> {
    /// A title for people.
    pub title: &'a str,
    /// Makes the identifiers of the feed and its entries: 16 bytes that no other feed has.
    pub id: [u8; 16],
    /// When the file was made, in unix seconds.
    pub made_at: i64,
    /// How long an interval is, in seconds.
    pub interval_seconds: u32,
}

/// One flow of one service.
struct Flow {
    title: &'static str,
    /// ServiceKind.
    service: u8,
    /// CommodityKind.
    commodity: u8,
    /// FlowDirectionKind: 1 forward, 19 reverse.
    direction: u8,
    /// MeasurementKind: 12 energy, 58 volume.
    kind: u8,
    /// UnitSymbolKind: 72 Wh, 42 m³, 31 J.
    unit: u8,
    /// UnitMultiplierKind.
    power_of_ten: i8,
    of: fn(&Usage) -> Option<i64>,
}

const FLOWS: [Flow; 5] = [
    Flow {
        title: "Electricity from the grid",
        service: 0,
        commodity: 1,
        direction: 1,
        kind: 12,
        unit: 72,
        power_of_ten: 0,
        of: |usage| usage.import.sum().map(|energy| energy.0),
    },
    Flow {
        title: "Electricity to the grid",
        service: 0,
        commodity: 1,
        direction: 19,
        kind: 12,
        unit: 72,
        power_of_ten: 0,
        of: |usage| usage.export.sum().map(|energy| energy.0),
    },
    Flow {
        title: "Gas",
        service: 1,
        commodity: 7,
        direction: 1,
        kind: 58,
        unit: 42,
        power_of_ten: -3,
        of: |usage| usage.gas.map(|volume| volume.0),
    },
    Flow {
        title: "Water",
        service: 2,
        commodity: 9,
        direction: 1,
        kind: 58,
        unit: 42,
        power_of_ten: -3,
        of: |usage| usage.water.map(|volume| volume.0),
    },
    Flow {
        title: "Heat",
        service: 4,
        commodity: 12,
        direction: 1,
        kind: 12,
        unit: 31,
        power_of_ten: 3,
        of: |usage| usage.heat.map(|energy| energy.0),
    },
];

/// A feed of these intervals, oldest first, which may lie in several lists: electricity in one, gas in another.
///
/// # Errors
/// Never for a reason of its own; the writer's.
pub fn write(feed: &Feed<'_>, intervals: &[Interval]) -> io::Result<Vec<u8>> {
    let mut page = Page {
        writer: Writer::new_with_indent(Vec::new(), b' ', 2),
        made_at: rfc3339(feed.made_at),
        id: feed.id,
        entries: 0,
    };
    let declaration = BytesDecl::new("1.0", Some("UTF-8"), None);
    page.writer.write_event(Event::Decl(declaration))?;
    page.inside("feed", &[("xmlns", ATOM)], |page| {
        page.head(feed.title)?;
        page.local_time()?;
        let mut services: Vec<u8> = Vec::new();
        for flow in FLOWS.iter() {
            let measured = |interval: &&Interval| (flow.of)(&interval.used).is_some();
            let measured: Vec<&Interval> = intervals.iter().filter(measured).collect();
            if measured.is_empty() {
                continue;
            }
            if !services.contains(&flow.service) {
                services.push(flow.service);
                page.usage_point(flow)?;
            }
            page.meter_reading(flow)?;
            page.reading_type(flow, feed.interval_seconds)?;
            page.interval_block(flow, &measured)?;
        }
        Ok(())
    })?;
    Ok(page.writer.into_inner())
}

fn rfc3339(unix: i64) -> String {
    Timestamp::from_second(unix).unwrap_or_default().to_string()
}

/// The file as it grows.
struct Page {
    writer: Writer<Vec<u8>>,
    made_at: String,
    id: [u8; 16],
    entries: u16,
}

impl Page {
    fn inside(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        content: impl FnOnce(&mut Self) -> io::Result<()>,
    ) -> io::Result<()> {
        let start = BytesStart::new(name).with_attributes(attributes.iter().copied());
        self.writer.write_event(Event::Start(start))?;
        content(self)?;
        self.writer.write_event(Event::End(BytesEnd::new(name)))
    }

    fn text(&mut self, name: &str, text: impl ToString) -> io::Result<()> {
        self.writer
            .create_element(name)
            .write_text_content(BytesText::new(&text.to_string()))?;
        Ok(())
    }

    fn link(&mut self, relation: &str, address: &str) -> io::Result<()> {
        self.writer
            .create_element("link")
            .with_attributes([("rel", relation), ("href", address)])
            .write_empty()?;
        Ok(())
    }

    fn head(&mut self, title: &str) -> io::Result<()> {
        self.identifier()?;
        self.text("title", title)?;
        let made_at = self.made_at.clone();
        self.text("updated", made_at)?;
        self.inside("author", &[], |page| page.text("name", "Meterkast"))
    }

    /// A UUID of version 8 (RFC 9562): the bytes of the feed, counted up.
    fn identifier(&mut self) -> io::Result<()> {
        let mut number = u128::from_be_bytes(self.id).wrapping_add(u128::from(self.entries));
        number = number & !(0xf << 76) | 0x8 << 76;
        number = number & !(0b11 << 62) | 0b10 << 62;
        self.entries = self.entries.saturating_add(1);
        let id = format!(
            "urn:uuid:{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            number >> 96,
            number >> 80 & 0xffff,
            number >> 64 & 0xffff,
            number >> 48 & 0xffff,
            number & 0xffff_ffff_ffff
        );
        self.text("id", id)
    }

    fn entry(
        &mut self,
        title: &str,
        (own, related): (&str, &[&str]),
        resource: &str,
        content: impl FnOnce(&mut Self) -> io::Result<()>,
    ) -> io::Result<()> {
        self.inside("entry", &[], |page| {
            page.identifier()?;
            page.link("self", own)?;
            if let Some((up, _)) = own.rsplit_once('/') {
                page.link("up", up)?;
            }
            for related in related {
                page.link("related", related)?;
            }
            page.text("title", title)?;
            page.inside("content", &[("type", "application/xml")], |page| {
                page.inside(resource, &[("xmlns", ESPI)], content)
            })?;
            let made_at = page.made_at.clone();
            page.text("published", &made_at)?;
            page.text("updated", &made_at)
        })
    }

    /// Central European Time: the last Sundays of March and October.
    fn local_time(&mut self) -> io::Result<()> {
        let links = ("LocalTimeParameters/01", [].as_slice());
        self.entry(
            "Central European Time",
            links,
            "LocalTimeParameters",
            |page| {
                page.text("dstEndRule", "AE0E3000")?;
                page.text("dstOffset", 3600)?;
                page.text("dstStartRule", "3E0E2000")?;
                page.text("tzOffset", 3600)
            },
        )
    }

    fn usage_point(&mut self, flow: &Flow) -> io::Result<()> {
        let own = usage_point(flow);
        let readings = format!("{own}/MeterReading");
        let links = (own.as_str(), ["LocalTimeParameters/01", readings.as_str()]);
        self.entry(flow.title, (links.0, &links.1), "UsagePoint", |page| {
            page.inside("ServiceCategory", &[], |page| {
                page.text("kind", flow.service)
            })
        })
    }

    fn meter_reading(&mut self, flow: &Flow) -> io::Result<()> {
        let (own, reading_type) = (meter_reading(flow), reading_type(flow));
        let blocks = format!("{own}/IntervalBlock");
        let related = [reading_type.as_str(), blocks.as_str()];
        self.entry(flow.title, (&own, &related), "MeterReading", |_| Ok(()))
    }

    /// The order of the elements is that of the schema.
    fn reading_type(&mut self, flow: &Flow, seconds: u32) -> io::Result<()> {
        let own = reading_type(flow);
        self.entry(flow.title, (&own, &[]), "ReadingType", |page| {
            // 4: what was used in the interval.
            page.text("accumulationBehaviour", 4)?;
            page.text("commodity", flow.commodity)?;
            // 12: normal.
            page.text("dataQualifier", 12)?;
            page.text("flowDirection", flow.direction)?;
            page.text("intervalLength", seconds)?;
            page.text("kind", flow.kind)?;
            page.text("powerOfTenMultiplier", flow.power_of_ten)?;
            page.text("uom", flow.unit)
        })
    }

    fn interval_block(&mut self, flow: &Flow, intervals: &[&Interval]) -> io::Result<()> {
        let own = format!("{}/IntervalBlock/01", meter_reading(flow));
        let start = intervals.first().map_or(0, |interval| interval.start.0);
        let end = intervals.last().map_or(start, |interval| interval.end.0);
        self.entry(flow.title, (&own, &[]), "IntervalBlock", |page| {
            page.inside("interval", &[], |page| page.period(start, end))?;
            for interval in intervals {
                page.interval_reading(flow, interval)?;
            }
            Ok(())
        })
    }

    fn interval_reading(&mut self, flow: &Flow, interval: &Interval) -> io::Result<()> {
        let quality = if interval.complete() { 0 } else { 8 };
        self.inside("IntervalReading", &[], |page| {
            page.inside("ReadingQuality", &[], |page| page.text("quality", quality))?;
            page.inside("timePeriod", &[], |page| {
                page.period(interval.start.0, interval.end.0)
            })?;
            page.text("value", (flow.of)(&interval.used).unwrap_or_default())
        })
    }

    fn period(&mut self, start: i64, end: i64) -> io::Result<()> {
        self.text("duration", end.saturating_sub(start))?;
        self.text("start", start)
    }
}

fn usage_point(flow: &Flow) -> String {
    format!("RetailCustomer/01/UsagePoint/{:02}", flow.service)
}

fn meter_reading(flow: &Flow) -> String {
    format!("{}/MeterReading/{:02}", usage_point(flow), flow.direction)
}

fn reading_type(flow: &Flow) -> String {
    format!("ReadingType/{:02}{:02}", flow.service, flow.direction)
}
