"""Conversations on real sandboxes, through stubs that grpcio-tools made."""

from __future__ import annotations

import queue
import types
from collections.abc import Iterator

import grpc

SALES = """\
First the data:

```python
# filename: sales.csv.py
rows = [("North", 31800), ("South", 24100), ("East", 18200)]
open("sales.csv", "w").write("region,sales\\n" + "".join(f"{r},{s}\\n" for r, s in rows))
print(len(rows), "rows")
```

then the sum:

```bash
tail -n +2 sales.csv | awk -F, '{ sum += $2 } END { print "total", sum }'
```

and the leader:

```js
const rows = require('fs').readFileSync('sales.csv', 'utf8').trim().split('\\n').slice(1);
console.log(rows.map(row => row.split(',')).sort((a, b) => b[1] - a[1])[0][0]);
```
"""


class Conversation:
    """One stream, with its inputs numbered."""

    def __init__(self, api: types.SimpleNamespace, channel: grpc.Channel, **spec: object) -> None:
        self.api = api
        self.requests: queue.Queue = queue.Queue()
        self.number = 0
        self.requests.put(
            api.ConverseRequest(open=api.OpenConversationRequest(spec=api.ConversationSpec(**spec))),
        )
        self.responses = api.ConversationServiceStub(channel).Converse(iter(self.requests.get, None))

    def say(self, **action: object) -> None:
        self.number += 1
        spoken = self.api.ConversationInput(client_sequence=self.number, **action)
        self.requests.put(self.api.ConverseRequest(input=spoken))

    def message(self, markdown: str) -> None:
        self.say(message=self.api.ChatMessage(role="assistant", markdown=markdown))

    def finish(self) -> None:
        self.requests.put(None)

    def events(self) -> Iterator:
        return (response.event for response in self.responses if response.event.sequence)


def output(events: list) -> bytes:
    return b"".join(event.output.data for event in events)


def turns(events: list) -> list:
    return [event.turn_finished for event in events if event.HasField("turn_finished")]


def test_a_message_s_blocks_run_in_three_languages_on_one_workspace(api, channel) -> None:
    conversation = Conversation(api, channel)
    conversation.message(SALES)
    conversation.finish()
    events = list(conversation.events())

    assert output(events) == b"3 rows\ntotal 74100\nNorth\n"
    (turn,) = turns(events)
    assert turn.succeeded
    assert turn.blocks_run == 3
    assert "total 74100" in turn.text
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert not api.SessionServiceStub(channel).ListSessions(api.ListSessionsRequest()).sessions


def test_autogen_s_texts_come_out_word_for_word(api, channel) -> None:
    conversation = Conversation(api, channel, dialect="MARKDOWN_DIALECT_AUTOGEN", text_style="TEXT_STYLE_AUTOGEN")
    conversation.message("```python\nprint('out')\nimport sys\nsys.exit(3)\n```")
    conversation.message("```python\nx = 1\n```")
    conversation.finish()
    failed, silent = turns(list(conversation.events()))

    assert failed.text == "The script ran, then exited with an error (POSIX exit code: 3)\nIts output was:\nout\n"
    assert silent.text.startswith("The script ran but produced no output to console. The POSIX exit code was: 0.")


def test_nothing_runs_before_it_is_approved_and_then_just_that(api, channel) -> None:
    conversation = Conversation(api, channel, approval="APPROVAL_MODE_PERSON")
    conversation.message("```bash\necho approved\n```\n```bash\necho denied\n```")
    events = []
    for event in conversation.events():
        events.append(event)
        if event.HasField("approval_required"):
            asked = event.approval_required
            conversation.say(
                decision=api.BlockDecision(
                    execution_id=asked.execution_id,
                    spec_digest=asked.resolved_spec.spec_digest,
                    approved=asked.block == 0,
                    reason="not this one" if asked.block else "",
                ),
            )
        if event.HasField("turn_finished"):
            conversation.finish()

    assert output(events) == b"approved\n"
    assert "not this one" in turns(events)[0].text


def test_an_interrupt_ends_the_block_and_the_conversation_goes_on(api, channel) -> None:
    conversation = Conversation(api, channel)
    conversation.message("```python\nprint('up')\nimport time\ntime.sleep(1000)\n```")
    events = []
    for event in conversation.events():
        events.append(event)
        if event.output.data == b"up\n":
            conversation.say(interrupt=api.Interrupt())
            conversation.message("```bash\necho on\n```")
            conversation.finish()

    interrupted, on = turns(events)
    assert not interrupted.succeeded
    assert on.succeeded
    assert output(events).endswith(b"on\n")


def test_a_lost_stream_goes_on_where_it_was(api, channel) -> None:
    conversation = Conversation(api, channel)
    conversation.message("```python\nimport time\nfor i in range(40):\n    print(i)\n    time.sleep(0.02)\n```")
    seen = []
    for event in conversation.events():
        seen.append(event)
        if event.output.data:
            break
    conversation.responses.cancel()
    identity = seen[0].opened.conversation_id
    resumed = iter(
        [
            api.ConverseRequest(
                resume=api.ConverseRequest.Resume(conversation_id=identity, after_sequence=seen[-1].sequence),
            ),
        ],
    )
    rest = api.ConversationServiceStub(channel).Converse(resumed)
    seen += [response.event for response in rest if response.event.sequence]

    assert output(seen) == b"".join(b"%d\n" % i for i in range(40))
    assert [event.sequence for event in seen] == list(range(1, len(seen) + 1))
    assert seen[-1].HasField("closed")


def test_standard_input_reaches_the_block(api, channel) -> None:
    conversation = Conversation(api, channel)
    source = "```js\nprocess.stdin.on('data', d => console.log(JSON.parse(d).name));\n```"
    conversation.say(message=api.ChatMessage(role="assistant", markdown=source, keep_input_open=True))
    conversation.say(stdin_data=api.BlockStdin(data=b'{"name": "Ada"}', eof=True))
    conversation.finish()

    assert output(list(conversation.events())) == b"Ada\n"
