//! Who asks, and what they may do.

use app::{
    error::{AppError, What},
    model::{Rules, Submitters, Visibility},
};

/// Who asks for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Anybody.
    Anonymous,
    /// Whoever has the admin key: operators and game servers.
    Admin,
}

impl Caller {
    /// Whoever may run boards.
    pub fn is_admin(self) -> bool {
        self == Self::Admin
    }

    /// Refuses who may not run boards.
    pub fn must_be_admin(self) -> Result<(), AppError> {
        if self.is_admin() {
            Ok(())
        } else {
            Err(unauthorized("This needs the server's admin key, as the header Authorization: Bearer <key>."))
        }
    }

    /// Refuses who may not see a board: to them there is none.
    pub fn must_see(self, rules: &Rules) -> Result<(), AppError> {
        if self.is_admin() || rules.visibility != Visibility::Private { Ok(()) } else { Err(AppError::no(What::Board)) }
    }

    /// Refuses who may not submit to a board.
    pub fn must_submit(self, rules: &Rules) -> Result<(), AppError> {
        self.must_see(rules)?;
        match rules.submitters {
            _ if self.is_admin() => Ok(()),
            Submitters::Players => Ok(()),
            Submitters::Servers => {
                Err(unauthorized("This board takes scores from servers only: send the header Authorization: Bearer <key>."))
            }
            Submitters::Runs => Err(unauthorized("This board takes verified runs only.")),
        }
    }
}

fn unauthorized(message: &str) -> AppError {
    AppError::Unauthorized { message: message.to_owned() }
}
