package dev.runnel.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.cli.BlockPlan.Step;
import dev.runnel.markdown.MarkdownBlocks;
import dev.runnel.v1.GetCapabilitiesResponse;
import dev.runnel.v1.LanguageCapability;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BlockPlanTest {
    private static final GetCapabilitiesResponse PYTHON_ONLY = GetCapabilitiesResponse.newBuilder()
            .addLanguages(LanguageCapability.newBuilder().setName("python").addAliases("py"))
            .addLanguages(LanguageCapability.newBuilder()
                    .setName("javascript")
                    .addAliases("js")
                    .setUnavailableReason("there is no node: install it"))
            .build();

    @Test
    void blocks_without_a_language_unclosed_and_empty_ones_are_not_run() {
        var plan = plan("```\nx\n```\n```py\n```\n```Python\nprint(1)\n```\n```bash\necho cut off");

        assertThat(plan.steps())
                .extracting(step -> switch (step) {
                    case Step.Runs runs -> runs.language();
                    case Step.NotRun notRun -> notRun.why();
                })
                .containsExactly("it names no language", "it is empty", "python", "it is not closed");
    }

    @Test
    void only_the_languages_asked_for_are_run() {
        var plan = BlockPlan.of(MarkdownBlocks.extract("```python\n1\n```\n```json\n{}\n```\n"), List.of("Python"));

        plan.check(PYTHON_ONLY);
        assertThat(plan.steps().get(0)).isInstanceOf(Step.Runs.class);
        assertThat(plan.steps().get(1)).isInstanceOf(Step.NotRun.class);
    }

    @Test
    void a_language_that_is_none_is_refused_before_anything_runs_with_block_and_line() {
        var plan = plan("```py\n1\n```\n\n```json\n{}\n```\n");

        assertThatThrownBy(() -> plan.check(PYTHON_ONLY))
                .isInstanceOf(UsageException.class)
                .hasMessageContainingAll("block 2", "line 5", "json", "--lang");
    }

    @Test
    void a_language_that_can_not_run_here_is_refused_with_the_daemons_reason() {
        var plan = plan("```js\n1\n```\n");

        assertThatThrownBy(() -> plan.check(PYTHON_ONLY))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("install it");
    }

    @Test
    void a_document_with_nothing_to_run_is_refused() {
        var plan = plan("```\nx\n```\n");

        assertThatThrownBy(() -> plan.check(PYTHON_ONLY))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("it names no language");
    }

    private static BlockPlan plan(String markdown) {
        return BlockPlan.of(MarkdownBlocks.extract(markdown), List.of());
    }
}
