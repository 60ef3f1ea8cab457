//! What cannot be used is put aside in the same directory, under another name, and never thrown away.

use std::fs;
use std::io;

use data_dir::DataDirError;

use super::{DATABASE, Home, HomeError, SEED, SETTINGS};

impl Home {
    /// Puts a database that cannot be used aside, under a name with this moment in it, so that a new one is made in its place.
    /// Nothing is thrown away: what was decided and had not gone out is only in there. Gives that name.
    ///
    /// # Errors
    /// [`HomeError`] if the system refuses.
    pub fn put_database_aside(&self, now: u64) -> Result<String, HomeError> {
        let moment = format!("aside-{now}");
        for end in ["-wal", "-shm", ""] {
            self.put_aside(DATABASE, &moment, end)?;
        }
        Ok(format!("{DATABASE}.{moment}"))
    }

    /// Puts a wallet whose settings cannot be read aside, so that it can be made anew from its words. Nothing is thrown away.
    /// Gives what the names of its files end in.
    ///
    /// # Errors
    /// [`HomeError`] if the system refuses.
    pub fn put_wallet_aside(&self, now: u64) -> Result<String, HomeError> {
        self.put_database_aside(now)?;
        let moment = format!("aside-{now}");
        for name in [SETTINGS, SEED] {
            self.put_aside(name, &moment, "")?;
        }
        Ok(moment)
    }

    fn put_aside(&self, name: &str, moment: &str, end: &str) -> Result<(), HomeError> {
        let path = self.directory.file(&format!("{name}{end}"));
        let aside = self.directory.file(&format!("{name}.{moment}{end}"));
        match fs::rename(&path, aside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(DataDirError::io(&path)(error).into())
            }
            _ => Ok(()),
        }
    }
}
