use super::{Order, Shown, Viewer, life::Life};
use crate::{latency::Start, options::Options, tally::Tally, truth::Truth};
use anyhow::{Result, bail};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{Semaphore, watch},
    time::{Instant, sleep},
};

/// Viewers that may be connecting at the same time.
const CONNECTING: usize = 200;
/// Viewers whose every state is remembered, to see how long submissions take to them.
const RECORDED: usize = 200;
/// How long all viewers may take to have their pages, and how much longer for each.
const OPENING: (Duration, Duration) = (Duration::from_secs(30), Duration::from_millis(5));

/// What all parts of a run share.
pub struct World {
    pub options: Options,
    pub start: Start,
    pub tally: Tally,
    pub truth: Arc<Truth>,
    /// Who may connect.
    pub(super) connecting: Semaphore,
}

/// All viewers.
pub struct Crowd(Vec<Viewer>);

impl World {
    /// At its start.
    pub fn new(options: Options) -> Self {
        let connecting = Semaphore::new(CONNECTING);
        Self { options, start: Start::now(), tally: Tally::default(), truth: Arc::default(), connecting }
    }

    /// Whether a viewer's states are remembered: evenly spread ones' are, and at most so many.
    pub fn is_recorded(&self, viewer: usize) -> bool {
        let spread = self.options.spread as usize;
        // By turns around the pages, so that each has its share.
        (viewer / spread).is_multiple_of(self.options.viewers.div_ceil(RECORDED))
    }
}

impl Crowd {
    /// Opens all viewers, and waits until they have their pages. How long that took.
    pub async fn open(world: &Arc<World>) -> Result<(Self, Duration)> {
        let started = Instant::now();
        let crowd = Self((0..world.options.viewers).map(|number| Viewer::open(world, number)).collect());
        let (least, each) = OPENING;
        let missing = crowd.wait(least + each * world.options.viewers as u32, |viewer| viewer.since().is_none()).await;
        if missing == 0 {
            return Ok((crowd, started.elapsed()));
        }
        bail!("{missing} of {} viewers can't watch: {:?}", world.options.viewers, world.tally.troubles.all())
    }

    /// All of them.
    pub fn viewers(&self) -> &[Viewer] {
        &self.0
    }

    /// Waits until `lacks` is true of none, at most so long; of how many it still is.
    pub async fn wait(&self, at_most: Duration, lacks: impl Fn(&Viewer) -> bool) -> usize {
        let deadline = Instant::now() + at_most;
        loop {
            let lacking = self.0.iter().filter(|viewer| lacks(viewer)).count();
            if lacking == 0 || Instant::now() > deadline {
                return lacking;
            }
            sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Viewer {
    fn open(world: &Arc<World>, number: usize) -> Self {
        let (orders, received) = watch::channel(Order::Watch);
        let shown = Arc::<Shown>::default();
        let (from, followed) = (world.options.first_place(number), world.options.followed(number));
        let task = tokio::spawn(Life::new(world.clone(), number, received, shown.clone()).live());
        Self { from, followed, orders, shown, task }
    }
}
