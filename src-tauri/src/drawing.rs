//! What the window is drawn with on Linux.
//!
//! WebKit paints through OpenGL unless its environment says otherwise when it starts. Without a graphics card OpenGL is only a
//! program too, which keeps every picture once more in memory; painting on the processor directly is as quick there.

use std::path::Path;

use crate::begin_again;

/// WebKitGTK 2.46 and later know it.
const ON_THE_PROCESSOR: &str = "WEBKIT_SKIA_ENABLE_CPU_RENDERING";
/// Where Linux lists what can draw (`Documentation/gpu/drm-uapi.rst`, *Render nodes*).
const DEVICES: &str = "/dev/dri";

/// Has WebKit paint on the processor where nothing else can, unless somebody chose already. A program cannot safely change its
/// own environment once it runs, so it begins again with it; until now it has done nothing.
pub(crate) fn choose() {
    if std::env::var_os(ON_THE_PROCESSOR).is_none() && !can_draw(Path::new(DEVICES)) {
        begin_again::with(ON_THE_PROCESSOR, "1");
    }
}

fn can_draw(devices: &Path) -> bool {
    let mut devices = std::fs::read_dir(devices).into_iter().flatten().flatten();
    devices.any(|device| device.file_name().to_string_lossy().starts_with("renderD"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::can_draw;

    #[test]
    fn a_screen_alone_draws_nothing() {
        let devices = tempfile::tempdir().unwrap();
        assert!(!can_draw(&devices.path().join("dri")));
        std::fs::write(devices.path().join("card0"), "").unwrap();
        assert!(!can_draw(devices.path()));
        std::fs::write(devices.path().join("renderD128"), "").unwrap();
        assert!(can_draw(devices.path()));
    }
}
