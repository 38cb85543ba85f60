//! What is told of a run once nothing of it is alive.

use super::meter::Used;
use super::{Run, Stage};
use crate::children::Status;
use crate::ground::Ground;
use crate::place::Place;
use crate::wire::proto::exit::Status as ExitStatus;
use crate::wire::proto::{Exit, ExitCause, LimitHit};
use crate::wire::{FrameType, Outgoing};
use std::time::{Duration, Instant};

impl Run {
    /// Sends what is left in the pipes, then the exit. Nothing of the run may be alive.
    ///
    /// Returns false, and sends nothing, when the main process was never reaped, which can't be.
    pub fn exit(&mut self, ground: &Ground, out: &mut Outgoing) -> bool {
        let Some((status, ended)) = self.ended else { return false };
        let over = self.outputs.drain(self.id, out);
        let used = self.meter.used(ground);
        let cause = self.cause(status, over, &used);
        let exit = self.message(status, ended, cause, &used, &ground.place);
        out.message(FrameType::Exit, self.id, &exit);
        true
    }

    /// The reason the run was ended for, corrected by what is known only now.
    fn cause(&self, status: Status, over: bool, used: &Used) -> ExitCause {
        let Stage::Ending(cause) = self.stage else { return ExitCause::Ended };
        let by_itself = match cause {
            // A main process that the kill did not reach had ended by itself a moment before.
            ExitCause::Killed | ExitCause::WallTime | ExitCause::CpuTime | ExitCause::Memory => {
                !status.is_killed()
            }
            ExitCause::Output => return cause,
            _ => true,
        };
        if !by_itself {
            return cause;
        }
        if over {
            return ExitCause::Output;
        }
        let cpu = used.cpu_user.unwrap_or_default() + used.cpu_system.unwrap_or_default();
        let out_of_cpu = cpu >= Duration::from_micros(self.limits.cpu_time_micros);
        match status {
            Status::Signalled { number, .. } if number == libc::SIGXCPU.unsigned_abs() && out_of_cpu => {
                ExitCause::CpuTime
            }
            killed if killed.is_killed() && used.oom_kills.unwrap_or(0) > 0 => ExitCause::Memory,
            killed if killed.is_killed() && out_of_cpu => ExitCause::CpuTime,
            _ => ExitCause::Ended,
        }
    }

    fn message(&self, status: Status, ended: Instant, cause: ExitCause, used: &Used, place: &Place) -> Exit {
        let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let [stdout, stderr] = self.outputs.totals();
        let (told, core_dumped) = match status {
            Status::Exited(code) => (ExitStatus::ExitCode(code), false),
            Status::Signalled { number, core_dumped } => (ExitStatus::SignalNumber(number), core_dumped),
        };
        Exit {
            cause: cause.into(),
            status: Some(told),
            core_dumped,
            limit_hits: self.limit_hits(status, used, place).into_iter().map(i32::from).collect(),
            wall_time_micros: micros(self.started.map_or(Duration::ZERO, |started| ended - started)),
            cpu_user_micros: used.cpu_user.map(micros),
            cpu_system_micros: used.cpu_system.map(micros),
            peak_memory_bytes: used.peak_memory,
            peak_processes: used.peak_processes,
            oom_kills: used.oom_kills,
            stdout_bytes: stdout.0,
            stderr_bytes: stderr.0,
            stdout_dropped_bytes: stdout.1,
            stderr_dropped_bytes: stderr.1,
            survivors_killed: self.survivors,
        }
    }

    fn limit_hits(&self, status: Status, used: &Used, place: &Place) -> Vec<LimitHit> {
        let dropped = self.outputs.totals().iter().any(|(_, dropped)| *dropped > 0);
        let too_large = matches!(status, Status::Signalled { number, .. } if number == libc::SIGXFSZ.unsigned_abs())
            || place.has_file_of(self.limits.file_size_bytes);
        [
            (used.oom_kills.unwrap_or(0) > 0, LimitHit::Memory),
            (used.forks_refused > 0, LimitHit::Processes),
            (used.disk_full, LimitHit::Disk),
            (too_large, LimitHit::FileSize),
            (dropped, LimitHit::Output),
        ]
        .into_iter()
        .filter_map(|(noticed, hit)| noticed.then_some(hit))
        .collect()
    }
}
