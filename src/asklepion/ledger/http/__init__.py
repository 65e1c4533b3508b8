"""The ledger by HTTP: the log, which anybody may check, and the chain, which wallets ask."""

from fastapi import APIRouter

from .binding import router as binding
from .routes import router as log
from .routes import witness_app, witnessing
from .rpc import RPC_PATH
from .rpc import router as chain

router = APIRouter()
router.include_router(log)
router.include_router(chain)
router.include_router(binding)

__all__ = ["RPC_PATH", "router", "witness_app", "witnessing"]
