"""Write YAML in the one style of the project, so that a generated file reads like a hand-written one."""

from __future__ import annotations

from io import StringIO

import yaml

# Where a line is full; a word or a cell may stand over the edge, and yamllint refuses what is over 140.
_WIDTH = 90
_ROW_WIDTH = 70
# Mappings that stand in one line where they fit: the class of a column, the arguments of a test.
_INLINE = ("config", "arguments")
# Rows of a unit test are one mapping a line, folded where they are long.
_ROWS = "rows"


def dump_yml(content: object) -> str:
    """Write a document: keys as given, sequences indented by two, short lists inline, long texts folded."""
    stream = StringIO()
    dumper = _Dumper(stream, width=_WIDTH, allow_unicode=True, sort_keys=False)
    dumper.open()
    node = dumper.represent_data(content)
    _lay_out(node, 0, 0, "")
    dumper.serialize(node)
    dumper.close()
    return stream.getvalue()


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)
        if flow and self.flow_level:
            # What goes on in the next line stands below the first cell.
            self.indent = self.column

    def ignore_aliases(self, data: object) -> bool:
        return True

    def expect_flow_mapping_key(self) -> None:
        # The emitter breaks a row after the cell that went over the edge: let it look a cell earlier.
        kept, self.best_width = self.best_width, _ROW_WIDTH
        super().expect_flow_mapping_key()
        self.best_width = kept


def _lay_out(node: yaml.Node, indent: int, column: int, key: str) -> None:
    """Choose the styles of a node and of all below it.

    `indent` is where its lines begin when it stands in block style, `column` where it begins behind its key.
    """
    fits = column + _length(node) <= _WIDTH
    if isinstance(node, yaml.MappingNode):
        node.flow_style = key == _ROWS or (key in _INLINE and fits)
        if not node.flow_style:
            for name, value in node.value:
                _lay_out(value, indent + 2, indent + len(name.value) + 2, name.value)
    elif isinstance(node, yaml.SequenceNode):
        node.flow_style = fits and all(isinstance(item, yaml.ScalarNode) for item in node.value)
        if not node.flow_style:
            for item in node.value:
                _lay_out(item, indent + 2, indent + 2, _ROWS if key == _ROWS else "")
    elif isinstance(node, yaml.ScalarNode) and node.tag.endswith(":str"):
        if "\n" in node.value:
            node.style = "|"
        elif not fits and node.value == " ".join(node.value.split()):
            node.style = ">"


def _length(node: yaml.Node) -> int:
    """Count about how many characters a node takes on one line."""
    if isinstance(node, yaml.MappingNode):
        return 2 + sum(len(name.value) + 4 + _length(value) for name, value in node.value)
    if isinstance(node, yaml.SequenceNode):
        return 2 + sum(2 + _length(item) for item in node.value)
    return len(str(node.value))
