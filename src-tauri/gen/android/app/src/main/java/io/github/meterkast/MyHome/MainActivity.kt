package io.github.meterkast.MyHome

import android.content.Intent
import android.nfc.NfcAdapter
import android.os.Bundle
import androidx.activity.enableEdgeToEdge

class MainActivity : TauriActivity() {
  override fun onCreate(savedInstanceState: Bundle?) {
    enableEdgeToEdge()
    intent = tagAsLink(intent)
    super.onCreate(savedInstanceState)
  }

  override fun onNewIntent(intent: Intent) {
    super.onNewIntent(tagAsLink(intent))
  }

  // A touched tag hands over the link that is on it, but the plugin for links takes only what is to be viewed. Without
  // the tag itself, so that the plugin for tags leaves the link alone. While the screens wait for a tag, it comes as
  // ACTION_TAG_DISCOVERED (ui/src/lib/tag.ts) and stays what it is.
  private fun tagAsLink(intent: Intent): Intent {
    if (intent.action != NfcAdapter.ACTION_NDEF_DISCOVERED) return intent
    return Intent(intent).setAction(Intent.ACTION_VIEW).apply { removeExtra(NfcAdapter.EXTRA_TAG) }
  }
}
