"""Qdrant's own engine (qdrant-edge, what is inside its server) behind the part of its REST API that the index speaks.

What is asked is read by the models of qdrant-client, which are made from the server's OpenAPI description and forbid what
it does not know, and every field that a filter names must be indexed, as a server in strict mode wants it.
    python qdrant.py DIRECTORY PORT [KEY]
"""

import json
import pathlib
import shutil
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import qdrant_edge as edge
from pydantic import TypeAdapter, ValidationError
from qdrant_client.http import models as rest

ROOT, KEY = pathlib.Path(sys.argv[1]) / "collections", (sys.argv[3:] or [None])[0]
COLLECTIONS, LOCK = {}, threading.RLock()
DISTANCE = {"Dot": edge.Distance.Dot, "Cosine": edge.Distance.Cosine, "Euclid": edge.Distance.Euclid}
TYPES = {"float32": edge.VectorStorageDatatype.Float32, "float16": edge.VectorStorageDatatype.Float16, None: None}
INDEXES = {"keyword": edge.KeywordIndexParams, "integer": edge.IntegerIndexParams, "float": edge.FloatIndexParams, "bool": edge.BoolIndexParams}


class Refused(Exception):
    def __init__(self, status, why):
        self.status, self.why = status, why


class Collection:
    def __init__(self, name, params=None):
        self.lock, self.folder = threading.RLock(), ROOT / name
        if params is None:
            self.params = json.loads((self.folder / "params.json").read_text())
            self.shard = edge.EdgeShard.load(str(self.folder / "shard"), self.config())
        else:
            (self.folder / "shard").mkdir(parents=True)
            self.keep(params)
            self.shard = edge.EdgeShard.create(str(self.folder / "shard"), self.config())

    def keep(self, params):
        self.params = params
        (self.folder / "params.json").write_text(json.dumps(params))

    def change(self, params):
        self.keep({**self.params, **{key: {**(self.params.get(key) or {}), **of} for key, of in params.items()}})
        self.shard.close()
        self.shard = edge.EdgeShard.load(str(self.folder / "shard"), self.config())

    def config(self):
        hnsw, optimizers = self.params.get("hnsw_config") or {}, self.params.get("optimizers_config") or {}
        vectors = {
            name: edge.EdgeVectorParams(of["size"], DISTANCE[of["distance"]], datatype=TYPES[of.get("datatype")])
            for name, of in self.params["vectors"].items()
        }
        # Of no vectors at all this engine knows nothing.
        sparse = self.params.get("sparse_vectors") or ({} if vectors else {"none": {}})
        sparse = {name: edge.EdgeSparseVectorParams() for name in sparse}
        scan = hnsw.get("full_scan_threshold", 10_000)
        graph = edge.HnswIndexConfig(hnsw.get("m", 16), 100, scan, payload_m=hnsw.get("payload_m"))
        return edge.EdgeConfig(vectors, sparse, hnsw_config=graph, optimizers=edge.EdgeOptimizersConfig(**optimizers))

    def filter(self, asked):
        if asked is None:
            return None
        return edge.Filter(*([self.condition(one) for one in part or []] for part in (asked.must, asked.should, asked.must_not)))

    def condition(self, asked):
        if isinstance(asked, rest.HasIdCondition):
            return edge.HasIdCondition(set(asked.has_id))
        if asked.key not in self.shard.info().payload_schema:
            raise Refused(400, f'Index required but not found for "{asked.key}"')
        if asked.range is not None:
            return edge.FieldCondition(asked.key, range=edge.RangeFloat(asked.range.gte, asked.range.gt, asked.range.lte, asked.range.lt))
        if isinstance(asked.match, rest.MatchAny):
            return edge.FieldCondition(asked.key, match=edge.MatchAny(asked.match.any))
        return edge.FieldCondition(asked.key, match=edge.MatchValue(asked.match.value))

    def set_payload(self, asked):
        if asked.points is not None:
            self.shard.update(edge.UpdateOperation.set_payload(asked.points, asked.payload))
        else:
            self.shard.update(edge.UpdateOperation.set_payload_by_filter(self.filter(asked.filter), asked.payload))

    def query(self, asked):
        query, params = asked.query, asked.params
        if isinstance(query, rest.OrderByQuery):
            by = query.order_by
            query = edge.OrderBy(by.key, {"asc": edge.Direction.Asc, "desc": edge.Direction.Desc}[by.direction.value])
        elif isinstance(query, rest.SparseVector):
            query = edge.Query.Nearest(edge.SparseVector(query.indices, query.values), asked.using)
        else:
            query = edge.Query.Nearest(query, asked.using)
        params = params and edge.SearchParams(hnsw_ef=params.hnsw_ef, exact=bool(params.exact))
        found = self.shard.query(
            edge.QueryRequest(asked.limit, query=query, filter=self.filter(asked.filter), params=params, with_vector=asked.with_vector, with_payload=asked.with_payload)
        )
        return {"points": [shown(point) for point in found]}


def shown(point):
    vectors = {
        name: {"indices": list(of.indices), "values": list(of.values)} if isinstance(of, edge.SparseVector) else list(of)
        for name, of in (point.vector or {}).items()
    }
    return {"id": str(point.id), "payload": point.payload, "vector": vectors}


def vector(of):
    return edge.SparseVector(of.indices, of.values) if isinstance(of, rest.SparseVector) else of


def answer(method, path, body):
    match method, path.strip("/").split("/"):
        case "GET", ["collections"]:
            return {"collections": [{"name": name} for name in COLLECTIONS]}
        case "PUT", ["collections", name]:
            rest.CreateCollection.model_validate(body)
            with LOCK:
                if name in COLLECTIONS:
                    raise Refused(409, f"Wrong input: Collection `{name}` already exists!")
                COLLECTIONS[name] = Collection(name, body)
            return True
        case _, ["collections", name, *rest_of_path]:
            collection = COLLECTIONS.get(name)
            if collection is None:
                raise Refused(404, f"Not found: Collection `{name}` doesn't exist!")
            with collection.lock:
                return of_collection(collection, name, method, rest_of_path, body)
    raise Refused(404, "no such path")


def of_collection(collection, name, method, path, body):
    done = {"operation_id": 1, "status": "completed"}
    match method, path:
        case "GET", []:
            # A server optimizes by itself; this one does when it is looked at.
            collection.shard.optimize()
            params = {key: of for key, of in collection.params.items() if key in ("vectors", "sparse_vectors")}
            info = collection.shard.info()
            schema = {field: {"points": of.points} for field, of in info.payload_schema.items()}
            state = {"status": "green", "indexed_vectors_count": info.indexed_vectors_count, "payload_schema": schema}
            return {**state, "config": {"params": params}}
        case "PATCH", []:
            rest.UpdateCollection.model_validate(body)
            collection.change(body)
            return True
        case "DELETE", []:
            COLLECTIONS.pop(name).shard.close()
            shutil.rmtree(collection.folder)
            return True
        case "PUT", ["index"]:
            schema = rest.CreateFieldIndex.model_validate(body).field_schema.model_dump(exclude_none=True, mode="json")
            collection.shard.update(edge.UpdateOperation.create_field_index(body["field_name"], INDEXES[schema.pop("type")](**schema)))
            return done
        case "PUT", ["points"]:
            asked = rest.PointsList.model_validate(body)
            points = [edge.Point(one.id, {key: vector(of) for key, of in one.vector.items()}, one.payload) for one in asked.points]
            collection.shard.update(edge.UpdateOperation.upsert_points(points))
            return done
        case "POST", ["points", "delete"]:
            asked = TypeAdapter(rest.PointsSelector).validate_python(body)
            if isinstance(asked, rest.PointIdsList):
                collection.shard.update(edge.UpdateOperation.delete_points(asked.points))
            else:
                collection.shard.update(edge.UpdateOperation.delete_points_by_filter(collection.filter(asked.filter)))
            return done
        case "POST", ["points", "payload"]:
            collection.set_payload(rest.SetPayload.model_validate(body))
            return done
        case "POST", ["points", "batch"]:
            for operation in rest.UpdateOperations.model_validate(body).operations:
                collection.set_payload(operation.set_payload)
            return [done]
        case "POST", ["points"]:
            asked = rest.PointRequest.model_validate(body)
            return [shown(point) for point in collection.shard.retrieve(asked.ids, asked.with_payload, asked.with_vector)]
        case "POST", ["points", "count"]:
            asked = rest.CountRequest.model_validate(body)
            return {"count": collection.shard.count(edge.CountRequest(asked.exact, collection.filter(asked.filter)))}
        case "POST", ["points", "scroll"]:
            asked = rest.ScrollRequest.model_validate(body)
            found, offset = collection.shard.scroll(
                edge.ScrollRequest(asked.offset, asked.limit, collection.filter(asked.filter), asked.with_payload, asked.with_vector)
            )
            return {"points": [shown(point) for point in found], "next_page_offset": offset and str(offset)}
        case "POST", ["points", "query", "batch"]:
            return [collection.query(asked) for asked in rest.QueryRequestBatch.model_validate(body).searches]
    raise Refused(404, f"{method} {'/'.join(path)} is not known here")


class Handler(BaseHTTPRequestHandler):
    protocol_version, disable_nagle_algorithm = "HTTP/1.1", True

    def handle_one(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        try:
            if self.headers.get("api-key") != KEY:
                raise Refused(401, "Must provide an API key or an Authorization bearer token")
            result = answer(self.command, self.path.partition("?")[0], json.loads(body or "null"))
            status, told = 200, {"result": result, "status": "ok"}
        except Refused as refused:
            status, told = refused.status, {"status": {"error": refused.why}}
        except ValidationError as wrong:
            status, told = 400, {"status": {"error": f"Format error in JSON body: {wrong}"}}
        except Exception as wrong:  # What the engine refuses.
            status, told = 400, {"status": {"error": f"{type(wrong).__name__}: {wrong}"}}
        told = json.dumps({**told, "time": 0.0}).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = handle_one

    def log_message(self, *_):
        pass


ROOT.mkdir(parents=True, exist_ok=True)
for folder in ROOT.iterdir():
    if (folder / "params.json").exists():
        COLLECTIONS[folder.name] = Collection(folder.name)
ThreadingHTTPServer.request_queue_size = 128
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Handler).serve_forever()
