"""The ways out, by the name under which a creditor's configuration asks for them: the class and its `Config`."""

from dunwell.plugins.channels import memory, rehearsal, smtp

CHANNELS = {
    "smtp": (smtp.Smtp, smtp.Config),
    "rehearsal": (rehearsal.Rehearsal, rehearsal.Config),
    "memory": (memory.Memory, memory.Config),
}
