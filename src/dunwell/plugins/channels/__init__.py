"""The ways out, by the name under which a creditor's configuration asks for them: the class and its `Config`."""

from dunwell.plugins.channels import memory, rehearsal, smtp, task

CHANNELS = {
    "smtp": (smtp.Smtp, smtp.Config),
    "rehearsal": (rehearsal.Rehearsal, rehearsal.Config),
    "task": (task.Task, task.Config),
    "memory": (memory.Memory, memory.Config),
}
