use std::os::unix::fs::PermissionsExt;

use crate::program::{Node, place, refusal};

fn assert_says(sentence: &str, words: &[&str]) {
    for word in words {
        assert!(
            sentence.contains(word),
            "{word:?} is missing in: {sentence}"
        );
    }
}

#[test]
fn a_second_node_on_one_file_is_refused_until_the_first_is_gone() {
    let (_directory, data) = place();
    let first = Node::start(&data, "127.0.0.1:0", &[]);
    assert_says(
        &refusal(&data, "127.0.0.1:0", &[]),
        &["is in use by another tangle-node", "--data"],
    );
    first.kill();
    assert!(Node::start(&data, "127.0.0.1:0", &[]).terminate().success());
}

#[test]
fn an_address_in_use_and_one_that_cannot_be_are_named() {
    let (_directory, data) = place();
    let (_other, other) = place();
    let first = Node::start(&data, "127.0.0.1:0", &[]);
    let address = first.url.strip_prefix("http://").unwrap();
    assert_says(
        &refusal(&other, address, &[]),
        &[address, "is in use", "--listen"],
    );
    assert_says(
        &refusal(&other, "203.0.113.1:1", &[]),
        &["cannot listen on 203.0.113.1:1", "--listen"],
    );
    assert_says(
        &refusal(&other, "nonsense", &[]),
        &["cannot listen on nonsense"],
    );
}

#[test]
fn a_file_of_a_newer_version_is_left_alone() {
    let (_directory, data) = place();
    drop(Node::start(&data, "127.0.0.1:0", &[]));
    let connection = rusqlite::Connection::open(&data).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let before = std::fs::read(&data).unwrap();
    assert_says(
        &refusal(&data, "127.0.0.1:0", &[]),
        &["newer tangle-node", "format 99"],
    );
    assert_eq!(std::fs::read(&data).unwrap(), before);
}

#[test]
fn a_file_of_something_else_is_left_alone() {
    let (directory, data) = place();
    std::fs::write(&data, "dear diary\n".repeat(1_000)).unwrap();
    assert_says(
        &refusal(&data, "127.0.0.1:0", &[]),
        &["is not a file of tangle-node", "--data"],
    );
    assert_eq!(
        std::fs::read(&data).unwrap(),
        "dear diary\n".repeat(1_000).as_bytes()
    );

    let foreign = directory.path().join("foreign.db");
    rusqlite::Connection::open(&foreign)
        .unwrap()
        .execute_batch("CREATE TABLE t (x)")
        .unwrap();
    assert_says(
        &refusal(&foreign, "127.0.0.1:0", &[]),
        &["is not a file of tangle-node"],
    );
    assert_says(
        &refusal(&directory.path().join("no/where.db"), "127.0.0.1:0", &[]),
        &["cannot be opened", "directory exists"],
    );
    assert_says(
        &refusal(directory.path(), "127.0.0.1:0", &[]),
        &["cannot be opened"],
    );
}

#[test]
fn a_file_keeps_its_network() {
    let (_directory, data) = place();
    drop(Node::start(&data, "127.0.0.1:0", &["--network", "village"]));
    assert_says(
        &refusal(&data, "127.0.0.1:0", &["--network", "town"]),
        &["\"village\"", "\"town\"", "--network"],
    );
    assert_says(
        &refusal(&data, "127.0.0.1:0", &["--network", ""]),
        &["network name"],
    );
}

#[test]
fn the_file_is_private() {
    let (_directory, data) = place();
    let _node = Node::start(&data, "127.0.0.1:0", &[]);
    let mode = std::fs::metadata(&data).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
