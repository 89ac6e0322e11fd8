"""moto's server, as far as DynamoDB keeps more promises than moto does.

moto answers each request on a thread of its own and locks nothing. A transaction makes its changes one by one where all
can see them, and one that is cancelled puts back the whole table as it was when it began, with what others have written
since. DynamoDB's transactions are atomic and isolated; here one request is answered after another, and a cancelled
transaction puts back the items that it names.

moto also copies the table for every transaction, sorts all its items for every query, and copies what it found in
full, to take a few attributes of it; here it looks at no more than what is asked for, so that a table of many records
can be tested in reasonable time.
"""

import copy
import heapq
import sys
import threading
import types

from moto.dynamodb import models, responses
from moto.dynamodb.models import table as tables
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.server import main

one_at_a_time = threading.RLock()
call_action = responses.DynamoHandler.call_action
transact = models.DynamoDBBackend.transact_write_items
query = Table.query
project = Item.project


def call_alone(self):
    with one_at_a_time:
        return call_action(self)


def transact_by_item(self, transact_items):
    before = []
    for item in transact_items:
        _, operation = next(iter(item.items()))
        table = self.tables.get(operation.get("TableName"))
        if table is not None:
            key = operation.get("Key") or operation["Item"]
            hash_key, range_key = DynamoType(key[table.hash_key_attr]), DynamoType(key[table.range_key_attr])
            found = table.items.get(hash_key, {}).get(range_key)
            before.append((table, hash_key, range_key, copy.deepcopy(found)))
    try:
        transact(self, transact_items)
    except Exception:
        for table, hash_key, range_key, item in before:
            if item is None:
                table.items[hash_key].pop(range_key, None)
            else:
                table.items[hash_key][range_key] = item
        raise


def comparable(value):
    return value.value if value.type == "S" else value.cast_value


def query_few(self, hash_key, comparison, bounds, limit, start, forward, projections, index_name=None, *more, **named):
    """The query over those items alone that can be on its page."""
    indexes = [*(self.global_indexes or []), *(self.indexes or [])]
    index = next((index for index in indexes if index.name == index_name), None)
    names = [key["AttributeName"] for key in index.schema] if index else [self.hash_key_attr, self.range_key_attr]
    hash_name, range_name = (names + [None])[:2]
    wanted = dict(named.get("hash_key_conditions") or []).get(hash_name, hash_key)
    all_items = self.items
    if hash_name == self.hash_key_attr:
        items = all_items[wanted].values() if wanted in all_items else []
    else:
        items = (item for same in all_items.values() for item in same.values())
        items = (item for item in items if hash_name in item.attrs and item.attrs[hash_name] == wanted)
    if range_name:
        items = [(comparable(item.attrs[range_name]), item) for item in items if range_name in item.attrs]
        if comparison == "BETWEEN":
            low, high = (comparable(bound) for bound in bounds)
            items = [(at, item) for at, item in items if low <= at <= high]
        page = limit
        if start:
            begin = comparable(DynamoType(start[range_name]))
            items = [(at, item) for at, item in items if (at >= begin if forward else at <= begin)]
            # Those that stand where the last page ended may be of that page.
            page = limit and limit + sum(at == begin for at, _ in items)
        if page:
            # One more, so that it is known whether there are more.
            of_page = heapq.nsmallest if forward else heapq.nlargest
            last = of_page(page + 1, (at for at, _ in items))[-1:]
            items = [(at, item) for at, item in items if not last or (at <= last[0] if forward else at >= last[0])]
        items = [item for _, item in items]
    few = {}
    for item in items:
        few.setdefault(item.hash_key, {})[item.range_key] = item
    self.items = few
    try:
        return query(self, hash_key, comparison, bounds, limit, start, forward, projections, index_name, *more, **named)
    finally:
        self.items = all_items


def project_few(self, expressions):
    if any(len(path) != 1 for path in expressions):
        return project(self, expressions)
    few = Item(self.hash_key, self.range_key, attrs={})
    dict.update(few.attrs, {name: self.attrs[name] for [name] in expressions if name in self.attrs})
    return few


# Nobody writes while an answer is made of what was found.
without_lists = types.SimpleNamespace(copy=copy.copy, deepcopy=lambda it: it if type(it) is list else copy.deepcopy(it))
# A table is not copied: what a cancelled transaction has changed is put back above.
without_tables = types.SimpleNamespace(deepcopy=lambda it: it if isinstance(it, Table) else copy.deepcopy(it))
models.copy = without_tables
tables.copy = without_lists
Item.project = project_few
responses.DynamoHandler.call_action = call_alone
models.DynamoDBBackend.transact_write_items = transact_by_item
Table.query = query_few
main(sys.argv[1:])
