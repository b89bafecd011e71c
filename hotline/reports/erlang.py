"""Erlang C: how many agents a load of calls needs. Pure; times in seconds, load in Erlang, probabilities in 0–1.

A. K. Erlang, "Solution of some problems in the theory of probabilities of significance in automatic telephone
exchanges", Elektroteknikeren 13 (1917): Poisson arrivals, exponential talk, nobody gives up. The recursion over
Erlang B is R. B. Cooper, "Introduction to Queueing Theory" (1981), §3.
"""

import math


def waiting_probability(load: float, agents: int) -> float:
    """Probability that a caller has to wait at all; 1 where the agents cannot keep up."""
    if load <= 0:
        return 0.0
    if agents <= load:
        return 1.0
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = load * blocked / (n + load * blocked)
    return agents * blocked / (agents - load * (1 - blocked))


def service_level(load: float, agents: int, handling_s: float, within_s: float) -> float:
    """Share of callers answered within `within_s`."""
    if load > 0 and agents <= load:
        return 0.0
    return 1 - waiting_probability(load, agents) * math.exp(-(agents - load) * within_s / handling_s)


def answer_speed_s(load: float, agents: int, handling_s: float) -> float | None:
    """Mean wait; None where the queue grows without end."""
    if load > 0 and agents <= load:
        return None
    return waiting_probability(load, agents) * handling_s / (agents - load) if load > 0 else 0.0


def agents_for(
    load: float, handling_s: float, *, target: float, within_s: float, max_occupancy: float = 1.0
) -> int:
    """The smallest number of agents that reaches the service level and is not busier than allowed."""
    if load <= 0:
        return 0
    agents = max(math.floor(load) + 1, math.ceil(load / max_occupancy - 1e-9))
    while service_level(load, agents, handling_s, within_s) < target:
        agents += 1
    return agents
