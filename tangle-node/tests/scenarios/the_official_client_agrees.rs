//! `iota-client` without anything of ours in between.

use iota_client::{
    Client, Error,
    block::{
        Block as ClientBlock, BlockId as ClientBlockId,
        parent::Parents,
        payload::{Payload as ClientPayload, TaggedDataPayload},
        protocol::ProtocolParameters,
    },
    packable::PackableExt,
};
use tangle::{Block, BlockId, Tag};

use crate::program::{Node, place};

fn client(node: &Node) -> Client {
    Client::builder()
        .with_node(&node.url)
        .unwrap()
        .with_local_pow(true)
        .with_pow_worker_count(2)
        .finish()
        .unwrap()
}

/// Healthy enough for its defaults; finds parents, does the work, posts binary, reads JSON, raw and metadata.
#[tokio::test(flavor = "multi_thread")]
async fn what_it_publishes_we_read_and_what_we_publish_it_reads() {
    let (_directory, data) = place();
    let node = Node::start(
        &data,
        "127.0.0.1:0",
        &["--min-pow-score", "1", "--network", "village"],
    );
    let (client, tangle) = (client(&node), node.tangle());
    assert!(client.get_health(&node.url).await.unwrap());
    assert_eq!(
        client.get_routes().await.unwrap().routes,
        ["core/v2", "mqtt/v1", "meterkast/v1"]
    );
    assert_eq!(client.get_network_name().await.unwrap(), "village");
    assert_eq!(client.get_tips().await.unwrap(), [ClientBlockId::null()]);

    let theirs = client
        .block()
        .with_tag(vec![4; 32])
        .with_data(vec![1; 4_096])
        .finish()
        .await
        .unwrap();
    let found = tangle.by_tags(&[Tag([4; 32])]).await.unwrap();
    assert_eq!(
        found.iter().map(|stored| stored.id.0).collect::<Vec<_>>(),
        [*theirs.id()]
    );
    assert_eq!(found[0].data, [1; 4_096]);

    let ours = tangle.publish(Tag([4; 32]), b"ours").await.unwrap();
    let id = ClientBlockId::new(ours.0);
    let block = client.get_block(&id).await.unwrap();
    assert_eq!(block.id(), id);
    assert_eq!(*block.parents().iter().next().unwrap(), theirs.id());
    assert_eq!(BlockId::of(&client.get_block_raw(&id).await.unwrap()), ours);
    let metadata = client.get_block_metadata(&id).await.unwrap();
    assert_eq!(
        (metadata.block_id, metadata.is_solid),
        (ours.to_string(), true)
    );
    assert_eq!(client.get_tips().await.unwrap(), [id]);
    assert!(matches!(
        client.get_block(&ClientBlockId::new([9; 32])).await,
        Err(Error::NotFound(_))
    ));
}

/// JSON, with the work left to the node.
#[tokio::test(flavor = "multi_thread")]
async fn the_node_does_its_work_when_it_asks() {
    let (_directory, data) = place();
    let node = Node::start(&data, "127.0.0.1:0", &["--min-pow-score", "1"]);
    let client = Client::builder()
        .with_node(&node.url)
        .unwrap()
        .with_local_pow(false)
        .finish()
        .unwrap();
    let block = client
        .block()
        .with_tag(vec![5; 32])
        .with_data(vec![1; 100])
        .finish()
        .await
        .unwrap();
    assert_ne!(block.nonce(), 0);
    let unfinished = Block::tagged(vec![BlockId(*block.id())], &[6; 32], b"json").unwrap();
    let unfinished =
        ClientBlock::unpack_strict(unfinished.to_bytes(), &ProtocolParameters::default()).unwrap();
    let id = client.post_block(&unfinished).await.unwrap();
    assert_eq!(
        node.tangle().by_tags(&[Tag([6; 32])]).await.unwrap()[0]
            .id
            .0,
        *id
    );
}

/// Bytes and ids of the two implementations, without a node.
#[test]
fn blocks_have_the_same_bytes_and_ids() {
    let mut state = 1u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u8
    };
    for round in 0..200usize {
        let parents: Vec<[u8; 32]> = (0..1 + round % 8)
            .map(|_| std::array::from_fn(|_| next()))
            .collect();
        let tag: Vec<u8> = (0..round % 65).map(|_| next()).collect();
        let content: Vec<u8> = (0..round * 23).map(|_| next()).collect();
        let nonce = u64::from(next());

        let mut ours = Block::tagged(
            parents.iter().copied().map(BlockId).collect(),
            &tag,
            &content,
        )
        .unwrap();
        ours.nonce = nonce;
        let parents = Parents::new(parents.into_iter().map(ClientBlockId::new).collect()).unwrap();
        let payload = ClientPayload::from(TaggedDataPayload::new(tag, content).unwrap());
        let theirs = ClientBlock::build(parents)
            .with_payload(payload)
            .with_nonce(nonce)
            .finish()
            .unwrap();

        assert_eq!(ours.to_bytes(), theirs.pack_to_vec());
        assert_eq!(ours.id().0, *theirs.id());
        assert_eq!(Block::parse(&theirs.pack_to_vec()).unwrap(), ours);
    }
}
