//! Asks for consent, receives, graphs, serves; Wattt Insights is its face.
