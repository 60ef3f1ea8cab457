//! Which blocks of other histories were told of.

use super::*;

#[test]
fn each_block_of_another_history_is_new_once_as_long_as_it_is_among_the_latest() {
    let mut asked = Asked::default();
    let mut is_new = |n: usize| asked.is_new_fork(Hash::from([n as u8; 32]));
    assert!((0..FORKS).all(&mut is_new));
    assert!(!(0..FORKS).any(&mut is_new));
    assert!(is_new(FORKS));
    assert!(!(1..FORKS).any(&mut is_new));
    assert!(is_new(0), "that was too long ago");
}
