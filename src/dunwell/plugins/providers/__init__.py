"""The payment providers, by the name under which a creditor's configuration asks for them: the class and its `Config`."""

from dunwell.plugins.providers import memory, stripe, yookassa

PROVIDERS = {
    "stripe": (stripe.Stripe, stripe.Config),
    "yookassa": (yookassa.YooKassa, yookassa.Config),
    "memory": (memory.Memory, memory.Config),
}
