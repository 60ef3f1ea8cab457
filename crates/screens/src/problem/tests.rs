use consent::{ChoiceError, LinkError, OpenError};
use readings::{Granularity, Kind, Lane};

use super::*;
use crate::terms::{Fineness, LaneName};

#[test]
fn a_link_a_request_and_a_choice_are_codes_with_values() {
    let link = WalletError::Link(LinkError::Repeated("n"));
    assert_eq!(
        Problem::from(link),
        Problem::Link {
            wrong: LinkWrong::Damaged
        }
    );
    let late = OpenError::Expired {
        expired_at: 1_781_863_200,
        now: 1_781_863_201,
    };
    assert_eq!(
        Problem::from(WalletError::Request(late)),
        Problem::Request {
            wrong: RequestWrong::Expired { at: 1_781_863_200 }
        }
    );
    let lane = Lane::new(Granularity::Day, Kind::Electricity);
    let needed = Problem::from(WalletError::Choice(ChoiceError::Needed(lane)));
    let named = LaneName {
        kind: crate::terms::Kind::Electricity,
        fineness: Fineness::Day,
    };
    assert_eq!(
        needed,
        Problem::Choice {
            wrong: ChoiceWrong::Needed { lane: named }
        }
    );
}
