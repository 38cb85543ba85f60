/// What a model is told of a turn: the outcomes of its blocks as one text.
///
/// Start at [TurnText], and [OutputExcerpt], which keeps of a block's output what such a text has room for. The
/// parsers are the client library's (`ResultText`); docs/api/result-texts.md describes the styles.
@NullMarked
package dev.runnel.server.conversation.text;

import org.jspecify.annotations.NullMarked;
