package dev.runnel.server.routing;

import dev.runnel.executors.spi.WarmInterpreter;
import dev.runnel.server.config.LanguageSettings;
import dev.runnel.server.yaml.Default;
import dev.runnel.server.yaml.InvalidKeyException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// The section `warm` of a language.yaml as it is written; docs/extending/languages.md says what the keys mean.
record WarmFile(
        WarmInterpreter.Kind kind,
        List<String> command,
        @Default("{}") Map<String, String> environment,
        @Default("[]") List<String> preload,
        List<String> coldVariables,
        @Default("warm") String prelude) {
    WarmFile {
        LanguageFile.command(command);
        LanguageFile.variables(environment.keySet());
        LanguageSettings.checkPreload(preload);
        for (var pattern : coldVariables) {
            InvalidKeyException.unless(
                    pattern.matches("[A-Za-z_][A-Za-z0-9_]{0,255}\\*?"),
                    "cold_variables",
                    "neither a variable nor the beginning of some, which ends with *: '" + pattern + "'");
        }
        LanguageFile.folderName(prelude);
    }

    /// The same, with what lies beside the file.
    ///
    /// @param folder where the file is
    WarmInterpreter interpreter(Path folder) {
        return new WarmInterpreter(
                kind,
                command,
                environment,
                preload,
                coldVariables,
                LanguageFile.folder("warm.prelude", folder.resolve(prelude)));
    }
}
