"""What people install: a wheel that holds everything, and container files that name what is there."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from dunwell.site.main import COMMANDS

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
yaml = pytest.importorskip("yaml", reason="comes with the tools of `make check`")


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_program(tmp_path):
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(tmp_path), str(ROOT)], check=True, cwd=tmp_path)
    (wheel,) = tmp_path.glob("dunwell-*.whl")

    held = set(zipfile.ZipFile(wheel).namelist())

    source = ROOT / "src"
    files = {
        str(file.relative_to(source))
        for file in (source / "dunwell").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts and file.suffix not in (".pyc", ".mo")
    }
    assert files - held == set()
    assert any(name.endswith("dist-info/entry_points.txt") for name in held)


def test_the_compose_file_names_what_is_there():
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]

    assert set(services) == {"database", "web", "worker"}
    for mount in services["database"]["volumes"]:
        place = mount.split(":")[0]
        assert not place.startswith(".") or (DEPLOY / place).is_file(), place
    roles = (DEPLOY / "roles.sql").read_text()
    passwords = services["database"]["environment"]
    for name in ("web", "worker"):
        build = services[name]["build"]
        assert (DEPLOY / build["context"] / build["dockerfile"]).is_file()
        addresses = [value for key, value in services[name]["environment"].items() if key.endswith("DATABASE_URL")]
        assert len(addresses) == 3
        for role, secret in (re.search(r"//(\w+):\$\{(\w+)", one).groups() for one in addresses):
            assert f"CREATE ROLE {role} LOGIN" in roles and secret in passwords
    assert services["worker"]["command"][0] in COMMANDS


def test_the_containers_files_name_no_address_and_copy_what_is_there():
    lines = (DEPLOY / "Containerfile").read_text().splitlines()
    allowed = (ROOT / ".dockerignore").read_text()

    for line in lines:
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists() and f"!{source}" in allowed, source
    assert '"serve"' in lines[-1]
    told = "".join(file.read_text() for file in DEPLOY.iterdir())
    assert set(re.findall(r"https?://[^/\s:']+", told)) <= {"http://127.0.0.1"}
