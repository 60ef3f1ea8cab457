//! How Bluetooth is opened here.

use std::sync::Arc;

use screens::OpenRadio;
use wallet::Central;

/// What the wallet brings along for desktops, which an iPhone does with too.
#[cfg(not(target_os = "android"))]
pub(crate) fn open() -> OpenRadio {
    use wallet::DesktopCentral;
    Arc::new(|adapter| {
        Box::pin(async move {
            let central = DesktopCentral::open(adapter.as_deref()).await?;
            Ok(Arc::new(central) as Arc<dyn Central>)
        })
    })
}

/// A phone has one adapter.
#[cfg(target_os = "android")]
pub(crate) fn open() -> OpenRadio {
    use wallet::AndroidCentral;
    Arc::new(|_| {
        Box::pin(async {
            let central = AndroidCentral::open().await?;
            Ok(Arc::new(central) as Arc<dyn Central>)
        })
    })
}
