"""A mail may be a copy of one of our own: it is nobody's answer."""

from django.db import migrations, models

KINDS = ["reply", "automatic", "bounce", "copy"]


class Migration(migrations.Migration):
    dependencies = [("store", "0090_replies")]

    operations = [
        migrations.RemoveConstraint("inbound", "inbound_kind"),
        migrations.AddConstraint(
            "inbound", models.CheckConstraint(condition=models.Q(kind__in=KINDS), name="inbound_kind")
        ),
    ]
