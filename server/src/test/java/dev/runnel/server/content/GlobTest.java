package dev.runnel.server.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
    @ParameterizedTest
    @CsvSource({
        "report.csv, report.csv",
        "*.csv, report.csv",
        "*.csv, .csv",
        "r?port.csv, réport.csv",
        "out/*.png, out/a.png",
        "**, a/b/c.txt",
        "**/*.txt, c.txt",
        "**/*.txt, a/b/c.txt",
        "a/**/c.txt, a/c.txt",
        "a/**/c.txt, a/x/y/c.txt",
        "[abc].txt, b.txt",
        "a[*]b, a*b",
        "a[b, a[b",
        "a*b*c, aXbXbXc",
        "*, ü",
        "'{a,b}', '{a,b}'",
        "a**b, axyzb",
    })
    void matches(String pattern, String path) {
        assertThat(new Glob(pattern).matches(path)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "*.csv, out/report.csv",
        "report.csv, report.csv.bak",
        "report?csv, reportcsv",
        "out/*.png, out/deep/a.png",
        "**/a, b",
        "[abc].txt, d.txt",
        "[a-c].txt, b.txt",
        "a/**, b/c",
        "*, a/b",
        "REPORT.csv, report.csv",
        "'{a,b}', a",
    })
    void doesNotMatch(String pattern, String path) {
        assertThat(new Glob(pattern).matches(path)).isFalse();
    }

    @Test
    void aHostilePatternTakesNoLongTime() {
        var pattern = new Glob("**/" + "*a".repeat(120) + "b");
        var path = "a".repeat(250);

        var matches = Assertions.assertTimeoutPreemptively(Duration.ofSeconds(30), () -> pattern.matches(path));

        assertThat(matches).isFalse();
    }
}
