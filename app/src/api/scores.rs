use crate::{
    error::AppError,
    model::{BoardId, Receipt},
};
use leptos::{prelude::*, server_fn::codec::Postcard};

/// Sends a score in, written as programs write numbers. `id` makes sending it again count once. What is taken without a receipt is no failure of the
/// call: why there is none is what is in it.
#[server(prefix = "/fn", endpoint = "submit_score", input = Postcard, output = Postcard)]
pub async fn submit_score(board: BoardId, player: String, score: String, id: String) -> Result<Result<Receipt, AppError>, AppError> {
    use crate::{backend::backend, i18n::Language, model::Submission};
    let backend = backend()?;
    let decimals = backend.decimals(&board).await?;
    let submission = match backend.account().await? {
        Some(me) if me.player.as_str() == player => Submission::from_own_input(me.player, &score, &id, decimals, Language::English)?,
        _ => Submission::from_input(&player, &score, &id, decimals, Language::English)?,
    };
    match backend.submit(&board, submission).await {
        Err(error) if !error.is_taken() => Err(error),
        taken => Ok(taken),
    }
}
