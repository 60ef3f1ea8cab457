//! A code that nobody types: in a picture of the Pi's sticker or of another screen, or on the Pi's tag.

use pairing::PairingCode;
use rqrr::PreparedImage;

use crate::problem::Problem;

/// No side of a picture is longer than this; the screens make larger ones smaller.
const LONGEST: u32 = 2_048;

/// What the QR code in a picture says: the first one that is ours, or else the first there is. The picture comes line by
/// line, one byte of brightness a point.
///
/// # Errors
/// [`Problem::NoCodeInPicture`]; [`Problem::PictureUnreadable`] if it is too large, or its size is another.
pub async fn read_code(width: u32, height: u32, brightness: Vec<u8>) -> Result<String, Problem> {
    let points = usize::try_from(u64::from(width) * u64::from(height));
    if width > LONGEST || height > LONGEST || points != Ok(brightness.len()) {
        return Err(Problem::PictureUnreadable);
    }
    // Looking takes a moment; and whatever a stranger's picture does to the reader, it ends there.
    let read = tokio::task::spawn_blocking(move || read(width, &brightness));
    let codes = read.await.map_err(|_| Problem::PictureUnreadable)?;
    let ours = codes.iter().position(|code| is_ours(code));
    let first = codes.into_iter().nth(ours.unwrap_or_default());
    first.ok_or(Problem::NoCodeInPicture)
}

/// What the records of a tag say, each of them a kind and a content: the first address that is ours.
///
/// # Errors
/// [`Problem::NoCodeOnTag`].
pub fn code_on_tag<'a>(
    records: impl IntoIterator<Item = (&'a [u8], &'a [u8])>,
) -> Result<String, Problem> {
    let links = records.into_iter();
    let mut links = links.filter_map(|(kind, payload)| pairing::uri_of_record(kind, payload));
    let ours = links.find(|link| is_ours(link));
    ours.map(|link| link.to_string())
        .ok_or(Problem::NoCodeOnTag)
}

fn is_ours(link: &str) -> bool {
    link.starts_with("meterkast:") || link.parse::<PairingCode>().is_ok()
}

/// A code on a dark terminal is light on dark: then the picture is looked at once more, as its negative.
fn read(width: u32, brightness: &[u8]) -> Vec<String> {
    let codes = codes(width, brightness, |point| point);
    match codes.is_empty() {
        true => self::codes(width, brightness, |point| !point),
        false => codes,
    }
}

fn codes(width: u32, brightness: &[u8], seen: impl Fn(u8) -> u8) -> Vec<String> {
    let width = usize::try_from(width).unwrap_or_default();
    let height = brightness.len().checked_div(width).unwrap_or_default();
    if height == 0 {
        return Vec::new();
    }
    let at = |x, y| brightness.get(y * width + x).copied().unwrap_or_default();
    let mut picture = PreparedImage::prepare_from_greyscale(width, height, |x, y| seen(at(x, y)));
    let grids = picture.detect_grids();
    let decoded = grids.iter().filter_map(|grid| grid.decode().ok());
    decoded.map(|(_, text)| text).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use qrcode::{Color, QrCode};

    use super::*;

    const LINK: &str = "meterkast://pair/1/ABCDEFGH#0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    const POINT: usize = 5;
    const MARGIN: usize = 4;

    /// A picture of a code, with these brightnesses of its ground and its marks.
    fn picture(text: &str, ground: u8, mark: u8) -> (u32, Vec<u8>) {
        let code = QrCode::new(text).unwrap();
        let side = (code.width() + 2 * MARGIN) * POINT;
        let inside = MARGIN..MARGIN + code.width();
        let brightness = (0..side * side).map(|at| {
            let (x, y) = (at % side / POINT, at / side / POINT);
            let marked = inside.contains(&x) && inside.contains(&y);
            match marked && code[(x - MARGIN, y - MARGIN)] == Color::Dark {
                true => mark,
                false => ground,
            }
        });
        (u32::try_from(side).unwrap(), brightness.collect())
    }

    #[tokio::test]
    async fn a_photographed_code_is_read_on_paper_and_on_a_dark_terminal() {
        for (ground, mark) in [(250, 20), (30, 220)] {
            let (side, brightness) = picture(LINK, ground, mark);
            assert_eq!(read_code(side, side, brightness).await, Ok(LINK.to_owned()));
        }
    }

    #[tokio::test]
    async fn of_several_codes_ours_is_meant() {
        let (side, mut both) = picture("https://example.org/", 255, 0);
        let (width, ours) = picture(LINK, 255, 0);
        // One above the other, as wide as the wider.
        let most = side.max(width);
        let wider = |side: u32, picture: Vec<u8>| {
            let lines = picture.chunks_exact(usize::try_from(side).unwrap());
            let padded = lines.flat_map(|line| {
                let mut line = line.to_vec();
                line.resize(usize::try_from(most).unwrap(), 255);
                line
            });
            padded.collect::<Vec<u8>>()
        };
        both = wider(side, both);
        both.extend(wider(width, ours));
        let read = read_code(most, side + width, both).await;
        assert_eq!(read, Ok(LINK.to_owned()));
    }

    #[test]
    fn a_tag_of_something_else_has_no_code() {
        let page = (b"U".as_slice(), b"\x04example.org/menu".as_slice());
        let text = (b"T".as_slice(), b"\x02enhello".as_slice());
        let ours = (b"U".as_slice(), b"\x00meterkast://pair#abc".as_slice());
        assert_eq!(code_on_tag([page, text]), Err(Problem::NoCodeOnTag));
        let found = code_on_tag([page, text, ours]);
        assert_eq!(found, Ok("meterkast://pair#abc".to_owned()));
    }

    #[tokio::test]
    async fn a_picture_without_a_code_or_of_another_size_is_said_to_be_so() {
        let grey = vec![128; 300 * 200];
        let none = read_code(300, 200, grey.clone()).await;
        assert_eq!(none, Err(Problem::NoCodeInPicture));
        assert_eq!(
            read_code(301, 200, grey).await,
            Err(Problem::PictureUnreadable)
        );
        let empty = read_code(0, 0, Vec::new()).await;
        assert_eq!(empty, Err(Problem::NoCodeInPicture));
        let huge = read_code(u32::MAX, u32::MAX, Vec::new()).await;
        assert_eq!(huge, Err(Problem::PictureUnreadable));
    }
}
