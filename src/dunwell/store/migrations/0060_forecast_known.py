"""What a forecast rests on: where that has not changed, a run leaves the forecast as it is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0050_forecasts")]

    operations = [migrations.AddField("receivableforecast", "known", models.BigIntegerField(null=True))]
