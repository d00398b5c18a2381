#pragma once
#include "gateway/agent_notes.h"
#include "gateway/alarms.h"
#include "gateway/counters.h"
#include "gateway/delivery_marks.h"
#include "gateway/limits.h"
#include "runtime/runtime.h"
#include "store/store.h"

namespace berth::gateway {

/// What all sessions of a gateway work with. Borrows everything.
struct SessionServices {
  store::Store& store;
  runtime::Runtime& runtime;
  const GatewayLimits& limits;
  Counters& counters;
  Alarms& alarms;
  DeliveryMarks& marks;
  AgentNotes& notes;
};

}  // namespace berth::gateway
