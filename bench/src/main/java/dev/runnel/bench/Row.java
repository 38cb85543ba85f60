package dev.runnel.bench;

import java.util.Arrays;
import java.util.Locale;

/// One promise, measured.
///
/// @param measured median of ours, in `unit`
/// @param reference median of what it is held against in the same run, or NaN where the target is absolute
/// @param target what must hold: of the ratio where there is a reference, otherwise of `measured`
/// @param atMost whether the target is an upper bound (times) or a lower one (rates)
record Row(String what, double measured, double reference, String unit, double target, boolean atMost) {
    static Row absolute(String what, double measured, String unit, double target, boolean atMost) {
        return new Row(what, measured, Double.NaN, unit, target, atMost);
    }

    static Row ratio(String what, double measured, double reference, String unit, double target) {
        return new Row(what, measured, reference, unit, target, true);
    }

    boolean holds() {
        var value = Double.isNaN(reference) ? measured : measured / reference;
        return atMost ? value <= target : value >= target;
    }

    static String header() {
        return String.format("%-58s %12s %12s %8s %12s", "", "measured", "reference", "ratio", "target");
    }

    @Override
    public String toString() {
        var hasReference = !Double.isNaN(reference);
        return String.format(
                Locale.ROOT,
                "%-58s %12s %12s %8s %12s  %s",
                what,
                text(measured),
                hasReference ? text(reference) : "",
                hasReference ? String.format(Locale.ROOT, "%.2f", measured / reference) : "",
                (atMost ? "<= " : ">= ") + (hasReference ? target + " x" : text(target)),
                holds() ? "ok" : "MISSED");
    }

    private String text(double value) {
        return String.format(Locale.ROOT, "%.2f %s", value, unit);
    }

    static double median(double[] values) {
        var sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
