"""Which release a worker is of, where Temporal shall know: it then gives work to the version that was made current.

Workflows go to the current version with their next step (`AUTO_UPGRADE`): they live for months, and none should hold
on to the release that it was started with. That old histories replay on new code is what patches and tests are for.
"""

from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import WorkerDeploymentConfig

from workflows.settings import Settings


def deployment(settings: Settings) -> WorkerDeploymentConfig | None:
    """How a worker presents itself; None is a worker that takes whatever is to be done."""
    if not settings.build_id:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(deployment_name=settings.deployment_name, build_id=settings.build_id),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE,
    )
