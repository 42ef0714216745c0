"""Video as every browser plays it, by the ffmpeg of this machine; without one a recording stays as the browser made it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

PROGRAM = "ffmpeg"
TIMEOUT_S = 120
# H.264 and AAC with an index at the front; nothing that the camera noted (place, device) is kept.
ORDER = (
    *("-map_metadata", "-1", "-vf", "scale='min(1280,iw)':-2", "-c:v", "libx264", "-preset", "veryfast", "-crf", "26"),
    *("-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "96k", "-movflags", "+faststart", "-y"),
)


def mp4(recording: bytes) -> bytes | None:
    """The recording as MP4; None where there is no tool, or it does not understand the recording."""
    program = shutil.which(PROGRAM)
    if program is None:
        return None
    with TemporaryDirectory() as place:
        source, target = Path(place) / "recording", Path(place) / "video.mp4"
        source.write_bytes(recording)
        order = [program, "-v", "error", "-i", str(source), *ORDER, str(target)]
        try:
            done = subprocess.run(order, capture_output=True, timeout=TIMEOUT_S, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return None
        return target.read_bytes() if done.returncode == 0 and target.is_file() else None
