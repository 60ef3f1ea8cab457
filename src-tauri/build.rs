//! Makes what Tauri needs at compile time: the configuration, the permissions, the icon.

fn main() {
    tauri_build::build();
}
