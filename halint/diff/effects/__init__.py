"""A compact model of Pacemaker's scheduler: from a configuration and a status to what each resource does next.

How placement, roles and orderings are decided was measured with crm_simulate 2.1.5 and is described in "Pacemaker
Explained" (Resource Constraints, Advanced Resource Types). It is a forecast, not the scheduler: what it does not
model makes a forecast uncertain, never a crash.
"""
