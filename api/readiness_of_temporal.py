"""Whether Temporal can do its part: the namespace, what is searched in it, and workers that get something to do."""

from datetime import timedelta

from temporalio.api.deployment.v1 import WorkerDeploymentVersion
from temporalio.api.enums.v1 import IndexedValueType, TaskQueueType, WorkerVersioningMode
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.taskqueue.v1 import PollerInfo, TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    DescribeTaskQueueRequest,
    DescribeTaskQueueResponse,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from api.readiness import PATIENCE, Finding
from workflows.search_attributes import INDEXED

TIMEOUT = timedelta(seconds=PATIENCE)
REFUSED = (RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNAUTHENTICATED)
WITHOUT_LISTS = (*REFUSED, RPCStatusCode.UNIMPLEMENTED)
"""How services answer that keep the listing of search attributes to themselves."""


class NamespaceProbe:
    """Temporal answers, lets us in, and has the namespace."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def check(self) -> Finding:
        """See `Probe.check`."""
        part, namespace = "namespace", self._client.namespace
        request = DescribeNamespaceRequest(namespace=namespace)
        try:
            answer = await self._client.workflow_service.describe_namespace(request, timeout=TIMEOUT)
        except (RPCError, RuntimeError) as error:
            if isinstance(error, RPCError) and error.status is RPCStatusCode.NOT_FOUND:
                todo = f"temporal operator namespace create --namespace {namespace} --retention 90d"
                return Finding(part=part, ready=False, found=f"there is no namespace {namespace!r}", todo=todo)
            if isinstance(error, RPCError) and error.status in REFUSED:
                todo = "check TEMPORAL_API_KEY or the client certificate, and what they may do in the namespace"
                return Finding(part=part, ready=False, found=f"Temporal refuses us {namespace!r}", todo=todo)
            return _away(part, error)
        days = answer.config.workflow_execution_retention_ttl.ToTimedelta().days
        return Finding(part=part, ready=True, found=f"{namespace!r} keeps closed workflows for {days} days")


class SearchAttributesProbe:
    """What workflows are searched by is registered: without it every workflow fails at its first step."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def check(self) -> Finding:
        """See `Probe.check`."""
        part = "search attributes"
        request = ListSearchAttributesRequest(namespace=self._client.namespace)
        try:
            answer = await self._client.operator_service.list_search_attributes(request, timeout=TIMEOUT)
        except RPCError as error:
            if error.status in WITHOUT_LISTS:
                return await self._by_query()
            return _away(part, error)
        except RuntimeError as error:
            return _away(part, error)
        missing = sorted(name for name, kind in INDEXED.items() if answer.custom_attributes.get(name) != kind)
        if missing:
            return _unregistered(missing, self._client.namespace)
        return Finding(part=part, ready=True, found=f"all {len(INDEXED)} are registered")

    async def _by_query(self) -> Finding:
        """A service that does not list them refuses a query with one that it does not know."""
        missing = []
        for name in sorted(INDEXED):
            try:
                await self._client.count_workflows(f"{name} IS NULL", rpc_timeout=TIMEOUT)
            except RPCError as error:
                if error.status is not RPCStatusCode.INVALID_ARGUMENT:
                    return _away("search attributes", error)
                missing.append(name)
        if missing:
            return _unregistered(missing, self._client.namespace)
        return Finding(part="search attributes", ready=True, found=f"all {len(INDEXED)} can be searched by")


class WorkerProbe:
    """Temporal answers, and a worker asks it for work, and gets it."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self._task_queue = task_queue

    async def check(self) -> Finding:
        """See `Probe.check`."""
        request = DescribeTaskQueueRequest(
            namespace=self._client.namespace,
            task_queue=TaskQueue(name=self._task_queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
        try:
            answer = await self._client.workflow_service.describe_task_queue(request, timeout=TIMEOUT)
        except (RPCError, RuntimeError) as error:
            return _away("temporal", error)
        if not answer.pollers:
            found = f"Temporal answers, but no worker polls the task queue {self._task_queue!r}"
            return Finding(part="temporal", ready=False, found=found, todo="run `groundswell worker`")
        return _whose_turn(answer, self._task_queue)


def _whose_turn(answer: DescribeTaskQueueResponse, task_queue: str) -> Finding:
    """Whether some worker is of the version that is current."""
    versioning = answer.versioning_info
    has_current = versioning.HasField("current_deployment_version")
    current = _named(versioning.current_deployment_version) if has_current else ""
    there = {_version(poller) for poller in answer.pollers}
    if current in there:
        of = f" of {current}" if current else ""
        found = f"Temporal answers, {len(answer.pollers)} pollers{of} on the task queue {task_queue!r}"
        return Finding(part="temporal", ready=True, found=found)
    found = f"workers are of {', '.join(sorted(filter(None, there))) or 'no version'}, but the current one is " + (
        current or "none"
    )
    newest = max(filter(None, there), default="")
    name, _, build_id = newest.partition(":")
    todo = f"temporal worker deployment set-current-version --deployment-name {name} --build-id {build_id}"
    if not newest:
        todo = f"run workers with GROUNDSWELL_BUILD_ID={current.partition(':')[2]}"
    return Finding(part="temporal", ready=False, found=found, todo=todo)


def _named(version: WorkerDeploymentVersion) -> str:
    return f"{version.deployment_name}:{version.build_id}"


def _version(poller: PollerInfo) -> str:
    options = poller.deployment_options
    if options.worker_versioning_mode != WorkerVersioningMode.WORKER_VERSIONING_MODE_VERSIONED:
        return ""
    return f"{options.deployment_name}:{options.build_id}"


def _unregistered(missing: list[str], namespace: str) -> Finding:
    wanted = " ".join(f"--name {name} --type {_type_name(name)}" for name in missing)
    todo = f"temporal operator search-attribute create --namespace {namespace} {wanted}"
    return Finding(part="search attributes", ready=False, found=f"without {', '.join(missing)}", todo=todo)


def _type_name(attribute: str) -> str:
    return IndexedValueType.Name(INDEXED[attribute]).removeprefix("INDEXED_VALUE_TYPE_").capitalize()


def _away(part: str, error: RPCError | RuntimeError) -> Finding:
    why = error.status.name if isinstance(error, RPCError) else type(error).__name__
    return Finding(
        part=part, ready=False, found=f"Temporal does not answer ({why})", todo="start it, and check TEMPORAL_ADDRESS"
    )
