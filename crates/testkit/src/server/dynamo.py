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


def query_few(self, hash_key, *arguments, **named):
    index = next((i for i in self.global_indexes if i.name == named.get("index_name", arguments[6])), None)
    all_items = self.items
    if index is None:
        few = {hash_key: all_items[hash_key]} if hash_key in all_items else {}
    else:
        names = [key["AttributeName"] for key in index.schema]
        few = {h: {r: i for r, i in items.items() if all(n in i.attrs for n in names)} for h, items in all_items.items()}
    self.items = few
    try:
        return query(self, hash_key, *arguments, **named)
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
