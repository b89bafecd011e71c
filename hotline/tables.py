"""Imports every module that declares tables, so that `Base.metadata` is whole for migrations and tests."""

# ruff: noqa: F401

import dispatch.models
import hotline.accounts.models
import hotline.adapters.sms
import hotline.core.audit
import hotline.core.events
import hotline.core.house
import hotline.core.numbers
import hotline.core.rates
import hotline.desk.models
import hotline.knowledge.models
import telephony.callers
import telephony.downloads
import telephony.line_switches
import telephony.models
import telephony.party_models
