use common::{Mode, Run};
use peer_vexil::{Details, Typed};

fn main() {
    let run = Run::from_args();
    run.measure::<Details>(Mode::ALL);
    run.measure::<Typed>(&[Mode::Bench, Mode::Mt, Mode::Scatter]);
}
