//! Boards that show how they were.

use super::{
    caller::{May, ToManage},
    problems::Freezing,
    query::{BoardPath, NoQuery},
};
use crate::{
    auth::audit::Witness,
    boards::{Boards, answers::BoardInfo, caller::Caller},
    error::Problem,
};
use app::model::BoardId;
use axum::{Json as Answer, extract::State};
use std::sync::Arc;

/// `POST /api/boards/{board}/freeze`: everybody sees the board as it is now, whatever happens.
#[utoipa::path(
    post,
    path = "/api/boards/{board}/freeze",
    operation_id = "freezeBoard",
    tag = "moderation",
    summary = "Freeze a board",
    description = "Submissions are counted and ranked, but nobody sees it who has no right to read what is not for everybody: pages, reads, live feeds, exports, pictures and webhooks stay at this moment, and receipts say only that the submission counts. A board that is frozen stays so.",
    params(("board" = BoardId, Path, description = "The board's id.")),
    responses((status = 200, description = "The board, as you see it.", body = BoardInfo), Freezing),
    security(("key" = []), ("session" = []))
)]
pub async fn freeze_board(
    State(boards): State<Arc<Boards>>,
    May(caller, _): May<ToManage>,
    BoardPath(board): BoardPath,
    witness: Witness,
    _: NoQuery,
) -> Result<Answer<BoardInfo>, Problem> {
    change(&boards, caller, &board, &witness, true).await
}

/// `DELETE /api/boards/{board}/freeze`: everybody sees what happened meanwhile.
#[utoipa::path(
    delete,
    path = "/api/boards/{board}/freeze",
    operation_id = "unfreezeBoard",
    tag = "moderation",
    summary = "End a board's freeze",
    description = "All that happened meanwhile shows at once. A board that is not frozen stays as it is.",
    params(("board" = BoardId, Path, description = "The board's id.")),
    responses((status = 200, description = "The board, as everybody sees it.", body = BoardInfo), Freezing),
    security(("key" = []), ("session" = []))
)]
pub async fn unfreeze_board(
    State(boards): State<Arc<Boards>>,
    May(caller, _): May<ToManage>,
    BoardPath(board): BoardPath,
    witness: Witness,
    _: NoQuery,
) -> Result<Answer<BoardInfo>, Problem> {
    change(&boards, caller, &board, &witness, false).await
}

async fn change(
    boards: &Boards,
    caller: Caller,
    board: &BoardId,
    witness: &Witness,
    is_frozen: bool,
) -> Result<Answer<BoardInfo>, Problem> {
    witness.before(&boards.info(caller.clone(), board).await?);
    let info = boards.freeze(caller, board, is_frozen).await?;
    witness.after(&info);
    Ok(Answer(info))
}
