//! A window as wide as a wall is looked at from further away: everything in it is larger.

use tauri::{AppHandle, Manager, RunEvent, WindowEvent};

/// Hears that the window has another size.
pub(crate) fn hear(app: &AppHandle, event: &RunEvent) {
    let RunEvent::WindowEvent {
        label,
        event: WindowEvent::Resized(size),
        ..
    } = event
    else {
        return;
    };
    if let Some(window) = app.get_webview_window(label) {
        let width = f64::from(size.width) / window.scale_factor().unwrap_or(1.0);
        drop(window.set_zoom(zoom(width)));
    }
}

/// How much larger, by the width that the system counts the window in: a screen that the system enlarges already is no wall.
fn zoom(width: f64) -> f64 {
    match width {
        wall if wall >= 3_400.0 => 2.4,
        wide if wide >= 2_400.0 => 1.6,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::zoom;

    #[test]
    fn no_window_is_laid_out_wider_than_a_desk() {
        for width in (320..7_680).step_by(40).map(f64::from) {
            let laid_out = width / zoom(width);
            assert!(width > 5_700.0 || laid_out < 2_400.0, "{width}: {laid_out}");
            assert!(
                zoom(width) < 1.1 || laid_out >= 1_400.0,
                "{width}: {laid_out}"
            );
        }
    }
}
