use tangle::Tag;

use crate::program::{Node, place};

#[tokio::test]
async fn earliest_first_within_each_tag_and_with_the_same_bytes() {
    let (_directory, data) = place();
    let node = Node::start(&data, "127.0.0.1:0", &[]);
    let tangle = node.tangle();
    let (first, second, unused) = (Tag([1; 32]), Tag([2; 32]), Tag([3; 32]));

    let mut ids = Vec::new();
    for number in 0..5u8 {
        ids.push(tangle.publish(first, &[number; 4_096]).await.unwrap());
        tangle.publish(second, &[100 + number; 10]).await.unwrap();
    }

    let found = tangle
        .by_tags(&[second, unused, first, first])
        .await
        .unwrap();
    assert_eq!(found.len(), 10);
    assert!(
        found[..5]
            .iter()
            .all(|stored| stored.tag == second && stored.data.len() == 10)
    );
    assert_eq!(
        found[5..]
            .iter()
            .map(|stored| stored.id)
            .collect::<Vec<_>>(),
        ids
    );
    assert_eq!(
        found[5..]
            .iter()
            .map(|stored| stored.data[0])
            .collect::<Vec<_>>(),
        [0, 1, 2, 3, 4]
    );
    assert!(found.iter().all(|stored| stored.at.is_some()));
}

#[tokio::test]
async fn a_block_is_found_by_its_id_and_confirmed() {
    let (_directory, data) = place();
    let node = Node::start(&data, "127.0.0.1:0", &["--network", "village"]);
    let tangle = node.tangle();
    let id = tangle.publish(Tag([1; 32]), b"data").await.unwrap();
    let unknown = tangle::BlockId([9; 32]);

    assert_eq!(tangle.by_id(id).await.unwrap().unwrap().data, b"data");
    assert!(tangle.confirmed(id).await.unwrap());
    assert_eq!(tangle.by_id(unknown).await.unwrap(), None);
    assert!(!tangle.confirmed(unknown).await.unwrap());
    let network = tangle.network().await.unwrap();
    assert_eq!(
        (
            network.name.as_str(),
            network.min_pow_score,
            network.protocol_version
        ),
        ("village", 0, 2)
    );
    assert!(network.node.starts_with("tangle-node "), "{}", network.node);
}

#[tokio::test]
async fn the_same_content_twice_makes_two_blocks() {
    let (_directory, data) = place();
    let node = Node::start(&data, "127.0.0.1:0", &[]);
    let tangle = node.tangle();
    let once = tangle.publish(Tag([1; 32]), b"again").await.unwrap();
    let twice = tangle.publish(Tag([1; 32]), b"again").await.unwrap();
    assert_ne!(once, twice);
    assert_eq!(tangle.by_tags(&[Tag([1; 32])]).await.unwrap().len(), 2);
}

#[tokio::test]
async fn proof_of_work_is_done_where_the_network_asks_for_it() {
    let (_directory, data) = place();
    let node = Node::start(&data, "127.0.0.1:0", &["--min-pow-score", "5"]);
    let tangle = node.tangle();
    assert_eq!(tangle.network().await.unwrap().min_pow_score, 5);
    let id = tangle.publish(Tag([1; 32]), &[7; 4_096]).await.unwrap();
    assert_eq!(tangle.by_id(id).await.unwrap().unwrap().data, [7; 4_096]);
}

#[tokio::test]
async fn more_tags_than_one_question_holds_are_asked_in_several() {
    let (_directory, data) = place();
    let node = Node::start(&data, "127.0.0.1:0", &[]);
    let tangle = node.tangle();
    let tags: Vec<_> = (0..2_500u32)
        .map(|number| {
            let mut tag = [0; 32];
            tag[..4].copy_from_slice(&number.to_be_bytes());
            Tag(tag)
        })
        .collect();
    for place in [0, 1_000, 2_499] {
        tangle.publish(tags[place], &[place as u8]).await.unwrap();
    }
    let found = tangle.by_tags(&tags).await.unwrap();
    assert_eq!(
        found.iter().map(|stored| stored.tag).collect::<Vec<_>>(),
        [tags[0], tags[1_000], tags[2_499]]
    );
}
