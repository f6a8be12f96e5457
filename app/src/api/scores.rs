use crate::{
    error::AppError,
    model::{BoardId, Receipt},
};
use leptos::{prelude::*, server_fn::codec::Postcard};

/// Sends a score in, as typed into the form. `id` makes sending it again count once.
#[server(prefix = "/fn", endpoint = "submit_score", input = Postcard, output = Postcard)]
pub async fn submit_score(board: BoardId, player: String, score: String, id: String) -> Result<Receipt, AppError> {
    use crate::{backend::backend, model::Submission};
    let backend = backend()?;
    let decimals = backend.decimals(&board).await?;
    let submission = match backend.account().await? {
        Some(me) if me.player.as_str() == player => Submission::from_own_input(me.player, &score, &id, decimals)?,
        _ => Submission::from_input(&player, &score, &id, decimals)?,
    };
    backend.submit(&board, submission).await
}
