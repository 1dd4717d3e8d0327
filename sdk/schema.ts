// Written by `npm run sdk` from the OpenAPI document: change the routes instead.

export interface Media {
  id: string;
  kind: 'image' | 'video';
  state: 'awaiting-upload' | 'processing' | 'ready' | 'failed';
  progress?: number | undefined;
  error?: string | undefined;
  width: number | null;
  height: number | null;
  durationMs?: number | undefined;
  placeholder: string | null;
  alt: string;
  variants: { url: string; width: number; height: number; format: string; sizeBytes: number }[];
  playlistUrl?: string | undefined;
  posterUrl?: string | undefined;
}

export interface ShortUser {
  id: string;
  username: string;
  displayName: string;
  avatarUrl: string | null;
}

export interface Post {
  id: string;
  author: ShortUser;
  title: string;
  text: string;
  description: string;
  hashtags: string[];
  media: Media[];
  visibility: 'public' | 'followers' | 'only-me';
  state: 'published' | 'pending' | 'failed';
  createdAt: string;
  publishedAt: string | null;
  editedAt: string | null;
  counts: { likes: number; comments: number; reactions: Record<string, number> };
  viewer: { reaction: 'like' | 'love' | 'laugh' | 'wow' | 'sad' | null };
}

export interface PostRevision {
  id: string;
  title: string;
  text: string;
  description: string;
  hashtags: string[];
  visibility: 'public' | 'followers' | 'only-me';
  writtenAt: string;
}

export interface FeedItem {
  post: Post;
  reason?:
    | {
        code:
          | 'conversation'
          | 'often-liked'
          | 'often-visited'
          | 'popular-with-others'
          | 'much-read'
          | 'recent';
        text: string;
      }
    | undefined;
}

export interface Comment {
  id: string;
  postId: string;
  parentId: string | null;
  author: ShortUser | null;
  comment: string;
  replies: number;
  createdAt: string;
  editedAt: string | null;
  deleted?: boolean | undefined;
}

export interface CommentRevision {
  id: string;
  comment: string;
  writtenAt: string;
}

export interface Reaction {
  user: ShortUser;
  reaction: 'like' | 'love' | 'laugh' | 'wow' | 'sad';
  createdAt: string;
}

export interface User {
  id: string;
  username: string;
  displayName: string;
  bio: string;
  location: string | null;
  avatarUrl: string | null;
  isPrivate: boolean;
  createdAt: string;
  counts: { followers: number; following: number; posts: number };
  viewer: { following: boolean; followedBy: boolean; requested: boolean; blocking: boolean; muting: boolean };
}

export interface OwnUser {
  id: string;
  username: string;
  displayName: string;
  bio: string;
  location: string | null;
  avatarUrl: string | null;
  isPrivate: boolean;
  createdAt: string;
  counts: { followers: number; following: number; posts: number };
  viewer: { following: boolean; followedBy: boolean; requested: boolean; blocking: boolean; muting: boolean };
  email: string;
  birthDate: string | null;
  gender: string | null;
  isAdmin: boolean;
  state: string;
  lastLoginAt: string | null;
  deleteAfter: string | null;
}

export interface Session {
  id: string;
  device: string;
  createdAt: string;
  lastSeenAt: string;
  current: boolean;
}

export interface AppPassword {
  id: string;
  name: string;
  createdAt: string;
  lastUsedAt: string | null;
}

export interface Notification {
  id: string;
  kind:
    | 'like'
    | 'comment'
    | 'reply'
    | 'mention'
    | 'follow'
    | 'follow-request'
    | 'request-accepted'
    | 'file-share';
  actors: ShortUser[];
  actorCount: number;
  post: { id: string; excerpt: string } | null;
  comment: { id: string; excerpt: string } | null;
  file: { id: string; name: string; kind: 'file' | 'folder' } | null;
  text: string;
  createdAt: string;
  updatedAt: string;
  read: boolean;
}

export interface Trend {
  hashtag: string;
  people: number;
}

export interface Upload {
  mediaId: string;
  method: 'PUT';
  url: string;
  headers: Record<string, string>;
  expiresAt: string;
  mediaUrl: string;
}

export interface AdminUser {
  id: string;
  username: string;
  displayName: string;
  email: string;
  isAdmin: boolean;
  isPrivate: boolean;
  state: string;
  createdAt: string;
  lastLoginAt: string | null;
}

export interface Invitation {
  id: string;
  code: string;
  url: string;
  note: string;
  uses: number;
  usesMax: number;
  createdAt: string;
  expiresAt: string;
  revokedAt: string | null;
}

export interface Report {
  id: string;
  subject: { kind: 'post' | 'comment' | 'user'; id: string; owner: ShortUser | null; text: string | null };
  reporter: ShortUser | null;
  reason:
    | 'spam'
    | 'harassment'
    | 'hate'
    | 'violence'
    | 'nudity'
    | 'self-harm'
    | 'false-information'
    | 'illegal'
    | 'other';
  note: string;
  createdAt: string;
  resolution: {
    action: 'dismiss' | 'remove-post' | 'remove-comment' | 'deactivate-account';
    note: string;
    byId: string;
    at: string;
  } | null;
}

export interface FileNode {
  id: string;
  parentId: string | null;
  name: string;
  kind: 'file' | 'folder';
  sizeBytes: number;
  sha256: string | null;
  versionId: string | null;
  modifiedAt: string;
  createdAt: string;
  ownerId: string;
  permissions: ('read' | 'write' | 'share')[];
}

export interface TrashedFile {
  id: string;
  parentId: string | null;
  name: string;
  kind: 'file' | 'folder';
  sizeBytes: number;
  sha256: string | null;
  versionId: string | null;
  modifiedAt: string;
  folderPath: string;
  deletedAt: string;
  deletedById: string;
}

export interface FileVersion {
  versionId: string;
  name: string;
  sizeBytes: number;
  sha256: string | null;
  modifiedAt: string;
  createdAt: string;
  createdById: string;
  isCurrent: boolean;
}

export interface Snapshot {
  id: string;
  name: string;
  createdAt: string;
}

export interface PastFile {
  id: string;
  parentId: string | null;
  name: string;
  kind: 'file' | 'folder';
  sizeBytes: number;
  sha256: string | null;
  versionId: string | null;
  modifiedAt: string;
}

export interface Share {
  id: string;
  role: 'viewer' | 'editor' | 'uploader';
  createdAt: string;
  userId: string | null;
  url: string | null;
  hasPassword: boolean;
  expiresAt: string | null;
  downloadsMax: number | null;
  downloads: number;
}

export interface Paths {
  '/v1/users': {
    post: {
      body: {
        username: string;
        email: string;
        password: string;
        displayName?: string | undefined;
        bio?: string | undefined;
        location?: string | null | undefined;
        birthDate?: string | null | undefined;
        gender?: string | null | undefined;
        invitation?: string | undefined;
        cookie?: boolean | undefined;
      };
      answer: { user: OwnUser; token: string };
    };
  };
  '/v1/sessions': {
    get: { answer: { items: Session[]; nextCursor: string | null } };
    post: {
      body: { login: string; password: string; cookie?: boolean | undefined };
      answer: { user: OwnUser; token: string };
    };
  };
  '/v1/password-resets': {
    post: { body: { email: string }; answer: Record<string, never> };
  };
  '/v1/password-resets/{token}': {
    put: { path: { token: string }; body: { password: string }; answer: null };
  };
  '/v1/users/me': {
    get: { answer: OwnUser };
    patch: {
      body: {
        displayName?: string | undefined;
        bio?: string | undefined;
        location?: string | null | undefined;
        birthDate?: string | null | undefined;
        gender?: string | null | undefined;
        avatarMediaId?: string | null | undefined;
        isPrivate?: boolean | undefined;
        email?: string | undefined;
        password?: string | undefined;
        currentPassword?: string | undefined;
      };
      answer: OwnUser;
    };
    delete: { body: { password: string }; answer: { deleteAfter: string } };
  };
  '/v1/users/{id}': {
    get: { path: { id: string }; answer: User };
  };
  '/v1/users/me/history': {
    get: {
      query: { limit?: number | undefined; cursor?: string | undefined };
      answer: {
        items: { id: string; kind: string; byUserId: string; at: string }[];
        nextCursor: string | null;
      };
    };
  };
  '/v1/sessions/current': {
    delete: { answer: null };
  };
  '/v1/sessions/{id}': {
    delete: { path: { id: string }; answer: null };
  };
  '/v1/users/me/app-passwords': {
    get: { answer: { items: AppPassword[]; nextCursor: string | null } };
    post: { body: { name: string }; answer: { id: string; name: string; secret: string } };
  };
  '/v1/users/me/app-passwords/{id}': {
    delete: { path: { id: string }; answer: null };
  };
  '/v1/users/me/deactivation': {
    post: { answer: null };
    delete: { answer: null };
  };
  '/v1/admin/users': {
    get: {
      query: { limit?: number | undefined; cursor?: string | undefined };
      answer: { items: AdminUser[]; nextCursor: string | null };
    };
  };
  '/v1/admin/users/{id}/closure': {
    put: { path: { id: string }; answer: null };
    delete: { path: { id: string }; answer: null };
  };
  '/v1/admin/users/{id}/role': {
    put: { path: { id: string }; body: { isAdmin: boolean }; answer: null };
  };
  '/v1/admin/users/{id}/password-reset': {
    post: { path: { id: string }; answer: { url: string; expiresAt: string } };
  };
  '/v1/admin/invitations': {
    get: {
      query: { limit?: number | undefined; cursor?: string | undefined };
      answer: { items: Invitation[]; nextCursor: string | null };
    };
    post: {
      body: { note?: string | undefined; uses?: number | undefined; expiresInDays?: number | undefined };
      answer: Invitation;
    };
  };
  '/v1/admin/invitations/{id}': {
    delete: { path: { id: string }; answer: null };
  };
  '/v1/follow': {
    post: {
      body: { followeeId: string; followerId?: string | undefined; followedDateTime?: string | undefined };
      answer: { state: 'following' | 'requested' };
    };
  };
  '/v1/follow/{id}': {
    delete: { path: { id: string }; answer: null };
  };
  '/v1/users/me/followers/{id}': {
    delete: { path: { id: string }; answer: null };
  };
  '/v1/users/{id}/followers': {
    get: {
      path: { id: string };
      query: { limit?: number | undefined; cursor?: string | undefined };
      answer: { items: User[]; nextCursor: string | null };
    };
  };
  '/v1/users/{id}/following': {
    get: {
      path: { id: string };
      query: { limit?: number | undefined; cursor?: string | undefined };
      answer: { items: User[]; nextCursor: string | null };
    };
  };
  '/v1/follow-history': {
    get: {
      query: { limit?: number | undefined; cursor?: string | undefined };
      answer: {
        items: { id: string; followeeId: string; kind: string; at: string; clientTime: string | null }[];
        nextCursor: string | null;
      };
    };
  };
  '/v1/follow-requests': {
    get: {
      query: { limit?: number | undefined; cursor?: string | undefined };
      answer: { items: User[]; nextCursor: string | null };
    };
  };
  '/v1/follow-requests/{userId}': {
    put: { path: { userId: string }; answer: null };
    delete: { path: { userId: string }; answer: null };
  };
  '/v1/blocks': {
    get: {
      query: { limit?: number | undefined; cursor?: string | undefined };
      answer: { items: User[]; nextCursor: string | null };
    };
  };
  '/v1/blocks/{id}': {
    put: { path: { id: string }; answer: null };
    delete: { path: { id: string }; answer: null };
  };
  '/v1/mutes': {
    get: {
      query: { limit?: number | undefined; cursor?: string | undefined };
      answer: { items: User[]; nextCursor: string | null };
    };
  };
  '/v1/mutes/{id}': {
    put: { path: { id: string }; answer: null };
    delete: { path: { id: string }; answer: null };
  };
  '/v1/uploads': {
    post: {
      body: {
        filename: string;
        contentType: string;
        sizeBytes: number;
        sha256?: string | undefined;
        alt?: string | undefined;
      };
      answer: Upload;
    };
  };
  '/v1/media/{id}': {
    get: { path: { id: string }; answer: Media };
    patch: { path: { id: string }; body: { alt?: string | undefined }; answer: Media };
    delete: { path: { id: string }; answer: null };
  };
  '/v1/admin/media/failed': {
    get: {
      query: { limit?: number | undefined; cursor?: string | undefined };
      answer: {
        items: {
          mediaId: string;
          ownerId: string;
          filename: string;
          tries: number;
          error: string;
          failedAt: string;
        }[];
        nextCursor: string | null;
      };
    };
  };
  '/v1/admin/media/{id}/retry': {
    post: { path: { id: string }; answer: null };
  };
  '/media/{name}/{run}/{file}': {
    get: { path: { name: string; run: string; file: string }; answer: null };
  };
  '/media/{name}/{run}/{token}/{file}': {
    get: { path: { name: string; run: string; file: string; token: string }; answer: null };
  };
  '/media/{name}/auto': {
    get: { path: { name: string }; query: { width?: number | undefined }; answer: null };
  };
  '/v1/files': {
    get: {
      query: {
        path?: string | undefined;
        parentId?: string | undefined;
        limit?: number | undefined;
        cursor?: string | undefined;
      };
      answer: { items: FileNode[]; nextCursor: string | null; folder: FileNode };
    };
    post: {
      body: {
        mediaId: string;
        path?: string | undefined;
        parentId?: string | undefined;
        name?: string | undefined;
      };
      answer: FileNode;
    };
  };
  '/v1/files/{id}': {
    get: { path: { id: string }; answer: FileNode };
    patch: {
      path: { id: string };
      body: { name?: string | undefined; parentId?: string | undefined; baseVersionId?: string | undefined };
      answer: FileNode;
    };
    delete: { path: { id: string }; query: { baseVersionId?: string | undefined }; answer: null };
  };
  '/v1/files/by-path': {
    get: { query: { path: string }; answer: FileNode };
  };
  '/v1/users/me/storage': {
    get: { answer: { quotaBytes: number; usedBytes: number; filesBytes: number; mediaBytes: number } };
  };
  '/v1/folders': {
    post: {
      body: { path?: string | undefined; parentId?: string | undefined; name?: string | undefined };
      answer: FileNode;
    };
  };
  '/v1/trash': {
    get: {
      query: { limit?: number | undefined; cursor?: string | undefined };
      answer: { items: TrashedFile[]; nextCursor: string | null };
    };
  };
  '/v1/trash/{id}/restore': {
    post: { path: { id: string }; answer: FileNode };
  };
  '/v1/trash/{id}': {
    delete: { path: { id: string }; answer: null };
  };
  '/v1/files/{id}/versions': {
    get: {
      path: { id: string };
      query: { limit?: number | undefined; cursor?: string | undefined };
      answer: { items: FileVersion[]; nextCursor: string | null };
    };
  };
  '/v1/files/{id}/versions/{versionId}/restore': {
    post: { path: { id: string; versionId: string }; answer: FileNode };
  };
  '/v1/snapshots': {
    get: {
      query: { limit?: number | undefined; cursor?: string | undefined };
      answer: { items: Snapshot[]; nextCursor: string | null };
    };
    post: { body: { name?: string | undefined }; answer: Snapshot };
  };
  '/v1/snapshots/{id}': {
    delete: { path: { id: string }; answer: null };
  };
  '/v1/snapshots/{id}/files': {
    get: {
      path: { id: string };
      query: { path?: string | undefined; limit?: number | undefined; cursor?: string | undefined };
      answer: { items: PastFile[]; nextCursor: string | null };
    };
  };
  '/v1/snapshots/{id}/restore': {
    post: { path: { id: string }; body: { path?: string | undefined }; answer: null };
  };
  '/v1/files/past': {
    get: {
      query: {
        at: string;
        path?: string | undefined;
        limit?: number | undefined;
        cursor?: string | undefined;
      };
      answer: { items: PastFile[]; nextCursor: string | null };
    };
  };
  '/v1/files/restore': {
    post: { body: { at: string; path?: string | undefined }; answer: null };
  };
  '/v1/changes': {
    get: {
      query: { limit?: number | undefined; cursor?: string | undefined; rootId?: string | undefined };
      answer: {
        items: { kind: 'created' | 'updated' | 'moved' | 'deleted'; node: PastFile }[];
        nextCursor: string;
        hasMore: boolean;
      };
    };
  };
  '/v1/changes/latest': {
    get: { query: { rootId?: string | undefined }; answer: { cursor: string } };
  };
  '/v1/files/{id}/shares': {
    get: { path: { id: string }; answer: { items: Share[] } };
    post: {
      path: { id: string };
      body: {
        userId?: string | undefined;
        username?: string | undefined;
        link?: boolean | undefined;
        role?: 'viewer' | 'editor' | 'uploader' | undefined;
        password?: string | null | undefined;
        expiresAt?: string | null | undefined;
        downloadsMax?: number | null | undefined;
      };
      answer: Share;
    };
  };
  '/v1/files/{id}/shares/{shareId}': {
    patch: {
      path: { id: string; shareId: string };
      body: {
        role?: 'viewer' | 'editor' | 'uploader' | undefined;
        password?: string | null | undefined;
        expiresAt?: string | null | undefined;
        downloadsMax?: number | null | undefined;
      };
      answer: Share;
    };
    delete: { path: { id: string; shareId: string }; answer: null };
  };
  '/v1/shared-with-me': {
    get: {
      query: { limit?: number | undefined; cursor?: string | undefined };
      answer: { items: FileNode[]; nextCursor: string | null };
    };
  };
  '/v1/files/{id}/content': {
    get: { path: { id: string }; query: { versionId?: string | undefined }; answer: unknown };
  };
  '/v1/files/past/content': {
    get: {
      query: { path: string; at?: string | undefined; snapshotId?: string | undefined };
      answer: unknown;
    };
  };
  '/v1/chunks/missing': {
    post: { body: { sha256: string[] }; answer: { missing: string[] } };
  };
  '/v1/files/manifest': {
    post: {
      body: {
        path?: string | undefined;
        parentId?: string | undefined;
        name?: string | undefined;
        modifiedAt?: string | undefined;
        baseVersionId?: string | undefined;
        chunks: { sha256: string; sizeBytes: number }[];
      };
      answer: FileNode;
    };
  };
  '/v1/media': {
    post: {
      body: { fileId: string; versionId?: string | undefined; alt?: string | undefined };
      answer: Media;
    };
  };
  '/v1/files/search': {
    get: {
      query: {
        q: string;
        rootId?: string | undefined;
        limit?: number | undefined;
        cursor?: string | undefined;
      };
      answer: {
        items: {
          id: string;
          parentId: string | null;
          name: string;
          kind: 'file' | 'folder';
          sizeBytes: number;
          sha256: string | null;
          versionId: string | null;
          modifiedAt: string;
          createdAt: string;
          ownerId: string;
          permissions: ('read' | 'write' | 'share')[];
          folderPath: string;
        }[];
        nextCursor: string | null;
      };
    };
  };
  '/v1/files/{id}/preview': {
    get: {
      path: { id: string };
      query: { size?: 'small' | 'large' | undefined; versionId?: string | undefined };
      answer: { state: 'waiting' };
    };
  };
  '/v1/posts': {
    post: {
      body: {
        text?: string | undefined;
        title?: string | undefined;
        description?: string | undefined;
        hashtags?: string[] | string | undefined;
        visibility?: 'public' | 'followers' | 'only-me' | undefined;
        mediaIds?: string[] | undefined;
        mediaUrl?: string | undefined;
        userId?: string | undefined;
      };
      answer: Post;
    };
  };
  '/v1/posts/{id}': {
    get: { path: { id: string }; answer: Post };
    patch: {
      path: { id: string };
      body: {
        text?: string | undefined;
        title?: string | undefined;
        description?: string | undefined;
        hashtags?: string[] | string | undefined;
        visibility?: 'public' | 'followers' | 'only-me' | undefined;
      };
      answer: Post;
    };
    delete: { path: { id: string }; answer: null };
  };
  '/v1/posts/{id}/revisions': {
    get: {
      path: { id: string };
      query: { limit?: number | undefined; cursor?: string | undefined };
      answer: { items: PostRevision[]; nextCursor: string | null };
    };
  };
  '/v1/users/me/pending-posts': {
    get: {
      query: { limit?: number | undefined; cursor?: string | undefined };
      answer: { items: Post[]; nextCursor: string | null };
    };
  };
  '/v1/users/{id}/posts': {
    get: {
      path: { id: string };
      query: { limit?: number | undefined; cursor?: string | undefined; hasMedia?: boolean | undefined };
      answer: { items: Post[]; nextCursor: string | null };
    };
  };
  '/v1/likes': {
    post: {
      body: {
        postId: string;
        reaction?: 'like' | 'love' | 'laugh' | 'wow' | 'sad' | undefined;
        userId?: string | undefined;
      };
      answer: {
        postId: string;
        reaction: 'like' | 'love' | 'laugh' | 'wow' | 'sad';
        createdAt: string;
        counts: { likes: number; comments: number; reactions: Record<string, number> };
      };
    };
  };
  '/v1/likes/{postId}': {
    delete: { path: { postId: string }; answer: null };
  };
  '/v1/posts/{id}/likes': {
    get: {
      path: { id: string };
      query: { limit?: number | undefined; cursor?: string | undefined };
      answer: { items: Reaction[]; nextCursor: string | null };
    };
  };
  '/v1/comments': {
    post: {
      body: {
        postId: string;
        comment: string;
        parentId?: string | null | undefined;
        userId?: string | undefined;
      };
      answer: Comment;
    };
  };
  '/v1/comments/{id}': {
    patch: { path: { id: string }; body: { comment: string }; answer: Comment };
    delete: { path: { id: string }; answer: null };
  };
  '/v1/posts/{id}/comments': {
    get: {
      path: { id: string };
      query: { limit?: number | undefined; cursor?: string | undefined; parentId?: string | undefined };
      answer: { items: Comment[]; nextCursor: string | null };
    };
  };
  '/v1/comments/{id}/revisions': {
    get: {
      path: { id: string };
      query: { limit?: number | undefined; cursor?: string | undefined };
      answer: { items: CommentRevision[]; nextCursor: string | null };
    };
  };
  '/v1/views': {
    post: { body: { views: { postId: string; dwellMs: number }[] }; answer: null };
  };
  '/v1/reports': {
    post: {
      body: {
        postId?: string | undefined;
        commentId?: string | undefined;
        userId?: string | undefined;
        reason:
          | 'spam'
          | 'harassment'
          | 'hate'
          | 'violence'
          | 'nudity'
          | 'self-harm'
          | 'false-information'
          | 'illegal'
          | 'other';
        note?: string | undefined;
      };
      answer: {
        id: string;
        reason:
          | 'spam'
          | 'harassment'
          | 'hate'
          | 'violence'
          | 'nudity'
          | 'self-harm'
          | 'false-information'
          | 'illegal'
          | 'other';
        createdAt: string;
      };
    };
  };
  '/v1/admin/reports': {
    get: {
      query: {
        limit?: number | undefined;
        cursor?: string | undefined;
        state?: 'open' | 'resolved' | undefined;
      };
      answer: { items: Report[]; nextCursor: string | null };
    };
  };
  '/v1/admin/reports/{id}': {
    get: {
      path: { id: string };
      answer: {
        id: string;
        subject: {
          kind: 'post' | 'comment' | 'user';
          id: string;
          owner: ShortUser | null;
          text: string | null;
        };
        reporter: ShortUser | null;
        reason:
          | 'spam'
          | 'harassment'
          | 'hate'
          | 'violence'
          | 'nudity'
          | 'self-harm'
          | 'false-information'
          | 'illegal'
          | 'other';
        note: string;
        createdAt: string;
        resolution: {
          action: 'dismiss' | 'remove-post' | 'remove-comment' | 'deactivate-account';
          note: string;
          byId: string;
          at: string;
        } | null;
        history: { what: string; byId: string; note: string; at: string }[];
      };
    };
  };
  '/v1/admin/reports/{id}/resolution': {
    post: {
      path: { id: string };
      body: {
        action: 'dismiss' | 'remove-post' | 'remove-comment' | 'deactivate-account';
        note?: string | undefined;
      };
      answer: Report;
    };
  };
  '/v1/feeds/{userId}': {
    get: {
      path: { userId: string };
      query: {
        limit?: number | undefined;
        cursor?: string | undefined;
        order?: 'recent' | 'relevant' | undefined;
      };
      answer: { items: FeedItem[]; nextCursor: string | null };
    };
  };
  '/v1/notifications': {
    get: {
      query: { limit?: number | undefined; cursor?: string | undefined };
      answer: { items: Notification[]; nextCursor: string | null; unread: number };
    };
  };
  '/v1/notifications/read': {
    post: { body: { upTo: string }; answer: null };
  };
  '/v1/push': {
    get: {
      answer: {
        publicKey: string;
        subscriptions: { id: string; device: string; createdAt: string; current: boolean }[];
      };
    };
  };
  '/v1/push/subscriptions': {
    post: {
      body: {
        endpoint: string;
        expirationTime?: number | null | undefined;
        keys: { p256dh: string; auth: string };
      };
      answer: { id: string; device: string; createdAt: string; current: boolean };
    };
  };
  '/v1/push/subscriptions/{id}': {
    delete: { path: { id: string }; answer: null };
  };
  '/v1/search': {
    get: {
      query: {
        q: string;
        type?: 'users' | 'posts' | 'hashtags' | undefined;
        limit?: number | undefined;
        cursor?: string | undefined;
      };
      answer: { items: (Post | User | { hashtag: string; posts: number })[]; nextCursor: string | null };
    };
  };
  '/v1/search/trending': {
    get: { query: { limit?: number | undefined }; answer: { items: Trend[]; nextCursor: string | null } };
  };
  '/v1/stream': {
    get: { query: { posts?: string | undefined }; answer: null };
  };
  '/v1/stream/{streamId}/posts': {
    put: { path: { streamId: string }; body: { postIds: string[] }; answer: null };
  };
  '/post': {
    post: {
      body: {
        title?: string | undefined;
        text?: string | undefined;
        description?: string | undefined;
        hashtags?: string[] | string | undefined;
        visibility?: 'public' | 'followers' | 'only-me' | undefined;
        mediaUrl?: string | undefined;
        mediaIds?: string[] | undefined;
        userId?: string | number | undefined;
      };
      answer: Post;
    };
  };
  '/post/user/{userId}': {
    get: {
      path: { userId: string };
      query: { limit?: number | undefined; cursor?: string | undefined };
      answer: { items: Post[]; nextCursor: string | null };
    };
  };
  '/user/profile/{userId}': {
    get: { path: { userId: string }; answer: User };
  };
  '/user/feed/{userId}': {
    get: {
      path: { userId: string };
      query: {
        limit?: number | undefined;
        cursor?: string | undefined;
        order?: 'recent' | 'relevant' | undefined;
      };
      answer: { items: FeedItem[]; nextCursor: string | null };
    };
  };
  '/user/{userId}/post': {
    post: {
      path: { userId: string };
      body: { data: string; dataTitle?: string | undefined; dataType: string };
      answer: Post;
    };
  };
  '/user/{userId}/{mediaId}': {
    post: {
      path: { userId: string; mediaId: string };
      body: { commentText: string; dateTime?: string | undefined };
      answer: Comment;
    };
  };
  '/user/{userId}/post/{photoId}': {
    delete: { path: { userId: string; photoId: string }; answer: null };
  };
  '/user/{userId}/follow': {
    post: {
      path: { userId: string };
      body: { followId: string | number; followedDateTime?: string | undefined };
      answer: { state: 'following' | 'requested' };
    };
  };
  '/user/{userId}/unfollow': {
    post: {
      path: { userId: string };
      body: { followId: string | number; unfollowedDateTime?: string | undefined };
      answer: null;
    };
  };
  '/user/{userId}/news-feed': {
    get: {
      path: { userId: string };
      query: {
        limit?: number | undefined;
        cursor?: string | undefined;
        order?: 'recent' | 'relevant' | undefined;
      };
      answer: { items: FeedItem[]; nextCursor: string | null };
    };
  };
  '/get_homepage': {
    get: {
      query: {
        limit?: number | undefined;
        cursor?: string | undefined;
        order?: 'recent' | 'relevant' | undefined;
      };
      answer: { items: FeedItem[]; nextCursor: string | null; welcome?: string | undefined };
    };
  };
  '/register': {
    post: {
      body: {
        name?: string | undefined;
        username?: string | undefined;
        email: string;
        password: string;
        birthDate?: string | undefined;
        gender?: string | undefined;
        location?: string | undefined;
        bio?: string | undefined;
        invitation?: string | undefined;
      };
      answer: { user: OwnUser; token: string };
    };
  };
  '/login': {
    post: { body: { login: string; password: string }; answer: { user: OwnUser; token: string } };
  };
  '/post_image': {
    post: {
      body: {
        title?: string | undefined;
        text?: string | undefined;
        description?: string | undefined;
        hashtags?: string[] | string | undefined;
        visibility?: 'public' | 'followers' | 'only-me' | undefined;
        mediaUrl?: string | undefined;
        mediaIds?: string[] | undefined;
        userId?: string | number | undefined;
      };
      answer: Post;
    };
  };
  '/search_user': {
    get: {
      query: { q: string; limit?: number | undefined; cursor?: string | undefined };
      answer: { items: User[]; nextCursor: string | null };
    };
  };
  '/follow': {
    post: {
      body: { followeeId: string | number; followerId?: string | number | undefined };
      answer: { state: 'following' | 'requested' };
    };
  };
  '/get_timeline': {
    get: {
      query: {
        limit?: number | undefined;
        cursor?: string | undefined;
        order?: 'recent' | 'relevant' | undefined;
      };
      answer: { items: FeedItem[]; nextCursor: string | null };
    };
  };
  '/v1/users/me/export': {
    get: { answer: null };
  };
  '/v1/admin/overview': {
    get: {
      answer: {
        version: string;
        profile: string;
        roles: string[];
        isReady: boolean;
        missing: { name: string; problem: string }[];
        engines: { name: string; isUp: boolean; seconds: number }[];
        queues: { name: string; waiting: number; failures: number }[];
        media: { waiting: number; failed: number };
        storage: {
          databaseBytes: number | null;
          disk: { freeBytes: number; totalBytes: number } | null;
          parts: { name: string; bytes: number; count: number }[];
          measuredAt: string | null;
        };
      };
    };
  };
  '/@{username}/feed.xml': {
    get: { path: { username: string }; answer: null };
  };
  '/@{username}/feed.atom': {
    get: { path: { username: string }; answer: null };
  };
  '/@{username}/feed.json': {
    get: { path: { username: string }; answer: null };
  };
  '/oembed': {
    get: {
      query: {
        url: string;
        maxwidth?: number | undefined;
        maxheight?: number | undefined;
        format?: string | undefined;
      };
      answer: {
        version: '1.0';
        type: 'rich' | 'link';
        provider_name: 'Kith';
        provider_url: string;
        title: string;
        author_name: string;
        author_url: string;
        cache_age: number;
        html?: string | undefined;
        width?: number | undefined;
        height?: null | undefined;
        thumbnail_url?: string | undefined;
        thumbnail_width?: number | undefined;
        thumbnail_height?: number | undefined;
      };
    };
  };
  '/v1/blobs/{kind}/{shelf}/{file}': {
    put: {
      path: { kind: string; shelf: string; file: string };
      query: { 'x-kith-expires'?: string | undefined; 'x-kith-signature'?: string | undefined };
      answer: null;
    };
  };
  '/v1/files/uploads': {
    post: { answer: null };
  };
  '/v1/files/uploads/{id}': {
    patch: { path: { id: string }; answer: null };
    delete: { path: { id: string }; answer: null };
  };
  '/v1/files/content': {
    put: {
      query: {
        path?: string | undefined;
        parentId?: string | undefined;
        name?: string | undefined;
        modifiedAt?: string | undefined;
      };
      answer: FileNode;
    };
  };
  '/v1/chunks/{sha256}': {
    put: { path: { sha256: string }; answer: null };
  };
}
