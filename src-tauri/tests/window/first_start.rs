//! The first screens, from the 24 words to Home.

use std::time::Instant;

use crate::screen::{LOOK_AGAIN, PATIENCE, Screen, within};

impl Screen {
    /// Makes a wallet from the first screen on.
    pub(crate) async fn first_start(&self, words: &Words, passphrase: &str) -> Vec<String> {
        self.first_start_at(words, passphrase, None).await
    }

    /// The same, with a node that is typed.
    pub(crate) async fn first_start_at(
        &self,
        words: &Words,
        passphrase: &str,
        node: Option<&str>,
    ) -> Vec<String> {
        self.look("welcome").await;
        self.press(words.fresh).await;
        let start = Instant::now();
        let mut all = self.shown_words().await;
        while all.len() != 24 {
            assert!(start.elapsed() < PATIENCE, "24 words are shown");
            tokio::time::sleep(LOOK_AGAIN).await;
            all = self.shown_words().await;
        }
        self.look("words").await;
        self.press(words.written).await;
        for field in 0..3 {
            let label = format!("//label[@for='word-{field}']");
            let label = self.element(&label).await;
            let label = within("a label", label.text()).await.unwrap();
            let number: usize = label
                .chars()
                .filter(char::is_ascii_digit)
                .collect::<String>()
                .parse()
                .unwrap();
            self.fill(&label, &all[number - 1]).await;
        }
        self.look("check-words").await;
        self.press(words.next).await;
        self.fill(words.passphrase, passphrase).await;
        self.fill(words.again, passphrase).await;
        self.look("guard").await;
        if let Some(node) = node {
            self.unfold("Advanced").await;
            self.fill("Node", node).await;
        }
        self.press(words.create).await;
        self.see(words.home).await;
        all
    }

    async fn shown_words(&self) -> Vec<String> {
        let list =
            "return [...document.querySelectorAll('.wordlist li')].map((li) => li.textContent)";
        serde_json::from_value(self.run(list).await).unwrap()
    }
}

/// The words of a language that the first screens are driven with.
pub(crate) struct Words {
    pub(crate) fresh: &'static str,
    pub(crate) written: &'static str,
    pub(crate) next: &'static str,
    pub(crate) passphrase: &'static str,
    pub(crate) again: &'static str,
    pub(crate) create: &'static str,
    pub(crate) home: &'static str,
}

pub(crate) const DUTCH: Words = Words {
    fresh: "Nieuwe wallet",
    written: "Ik heb ze opgeschreven",
    next: "Verder",
    passphrase: "Wachtwoordzin",
    again: "Nog een keer",
    create: "Maak mijn wallet",
    home: "Thuis",
};

pub(crate) const ENGLISH: Words = Words {
    fresh: "New wallet",
    written: "I have written them down",
    next: "Continue",
    passphrase: "Passphrase",
    again: "The same again",
    create: "Make my wallet",
    home: "Add a meter",
};
