use super::*;

#[test]
fn what_is_wrong_with_a_link_is_said_in_both_languages() {
    let error = WalletError::Link(consent::LinkError::NotALink);
    let said = Problem::of(&error, &TimeZone::UTC);
    let Problem::Said { nl, en } = said else {
        unreachable!("a link has sentences")
    };
    assert_ne!(nl, en);
    assert!(en.contains("link"), "{en}");
    assert_eq!(
        Problem::of(&WalletError::NoDevice, &TimeZone::UTC),
        Problem::NoMeter
    );
}
