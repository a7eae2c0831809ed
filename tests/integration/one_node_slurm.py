"""A SLURM of one node, started as root for a test and ended with it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NEEDED = ("slurmctld", "slurmd", "sbatch", "srun", "scontrol", "squeue")

CONFIGURATION = """\
ClusterName=one
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmdPort={node_port}
AuthType=auth/none
CredType=cred/none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ReturnToService=2
JobRequeue=1
KillWait=20
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} State=UNKNOWN
PartitionName=main Nodes={host} Default=YES OverSubscribe=FORCE:4 MaxTime=INFINITE State=UP
"""

# Without accounting sacct cannot answer, and the launcher asks it how jobs are doing.
SACCT = """\
#!/bin/sh
echo 'JobID|State|NodeList'
scontrol -o show job | sed -n 's/.*JobId=\\([0-9]*\\) \\
\\(ArrayJobId=\\([0-9]*\\) ArrayTaskId=\\([0-9]*\\) \\)\\{0,1\\}.*\\
JobState=\\([A-Z]*\\).*/\\1|\\3|\\4|\\5/p' | while IFS='|' read -r job array task state; do
  [ -n "$array" ] && job="${array}_$task"
  echo "$job|$state|$(hostname)"
done
"""


def reason_to_skip() -> str:
    """Return why no SLURM can be started here, or nothing."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        return f"SLURM is not installed ({', '.join(missing)} missing)"
    return "" if os.geteuid() == 0 else "only root can start a SLURM of its own"


@contextmanager
def one_node_slurm(folder: Path) -> Iterator[dict[str, str]]:
    """Run slurmctld and slurmd; yields the environment in which commands reach them."""
    for name in ("state", "spool", "bin"):
        (folder / name).mkdir(parents=True)
    host = socket.gethostname().split(".")[0]
    ports = _free_ports(2)
    text = CONFIGURATION.format(
        host=host, port=ports[0], node_port=ports[1], folder=folder, cpus=os.cpu_count()
    )
    (folder / "slurm.conf").write_text(text)
    sacct = folder / "bin" / "sacct"
    sacct.write_text(SACCT.replace("\\\n", ""))
    sacct.chmod(0o755)
    environment = os.environ | {
        "SLURM_CONF": str(folder / "slurm.conf"),
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
    }
    daemons = [
        subprocess.Popen([name, "-D"], env=environment, start_new_session=True)
        for name in ("slurmctld", "slurmd")
    ]
    try:
        _wait_until_idle(environment)
        yield environment
    finally:
        subprocess.run(["scancel", "--full", "-u", "root"], env=environment, check=False)
        for daemon in reversed(daemons):
            daemon.terminate()
            daemon.wait(30)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [int(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _wait_until_idle(environment: dict[str, str], patience: float = 60.0) -> None:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        shown = subprocess.run(
            ["sinfo", "-h", "-o", "%T"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if shown.stdout.strip() == "idle":
            return
        time.sleep(0.5)
    raise TimeoutError(f"SLURM's node does not become idle: {shown.stdout}{shown.stderr}")
