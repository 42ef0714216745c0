"""A reply may agree to terms that were sent for confirmation."""

from django.db import migrations, models

KINDS = ("promise", "dispute", "claimed_paid", "hold", "contact", "answer", "stop", "agree", "look")


class Migration(migrations.Migration):
    dependencies = [("store", "0076_before_work")]

    operations = [
        migrations.RemoveConstraint(model_name="replyproposal", name="reply_proposal_kind"),
        migrations.AddConstraint(
            model_name="replyproposal",
            constraint=models.CheckConstraint(condition=models.Q(kind__in=KINDS), name="reply_proposal_kind"),
        ),
    ]
