use crate::{
    error::AppError,
    model::{Receipt, Submission},
};
use leptos::{
    prelude::*,
    server_fn::{
        codec::JsonEncoding,
        error::{FromServerFnError, ServerFnErrorErr},
    },
};
use serde::{Deserialize, Serialize};

/// Why a form was not accepted, and what it held: without JavaScript the page is loaded anew, and nobody should have to
/// type everything again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// Why.
    pub error: AppError,
    /// The name that was typed.
    pub player: String,
    /// The score that was typed.
    pub score: String,
}

impl Rejected {
    /// The longest input that is given back, in characters: it travels in an address.
    const MAX_INPUT: usize = 100;

    /// A form with this input, refused for this reason.
    pub fn new(error: AppError, player: &str, score: &str) -> Self {
        let keep = |text: &str| text.chars().take(Self::MAX_INPUT).collect();
        Self { error, player: keep(player), score: keep(score) }
    }

    /// The reason, on a board with these decimals, for a form that came back by an address. Anybody can make up an address, so what its text says is not
    /// shown: the reason is found again from what was typed.
    pub fn reason(&self, decimals: u8) -> AppError {
        match (Submission::from_input(&self.player, &self.score, "", decimals), &self.error) {
            (Err(error), _) => error,
            (Ok(_), AppError::Invalid { .. }) => AppError::unreadable(),
            (Ok(_), error) => error.clone(),
        }
    }
}

impl FromServerFnError for Rejected {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Self::new(AppError::from_server_fn_error(error), "", "")
    }
}

/// Sends a score in, as typed into the form. `id` makes sending it again count once; a plain form has none.
#[server(prefix = "/fn", endpoint = "submit_score")]
pub async fn submit_score(
    #[server(default)] player: String,
    #[server(default)] score: String,
    #[server(default)] id: String,
) -> Result<Receipt, Rejected> {
    use crate::{backend::backend, model::BoardId};
    let count = async {
        let (backend, board) = (backend()?, BoardId::main());
        let decimals = backend.rules(&board).await?.decimals;
        backend.submit(&board, Submission::from_input(&player, &score, &id, decimals)?).await
    };
    count.await.map_err(|error: AppError| Rejected::new(error, &player, &score))
}
